import os, httpx

PD_KEY = os.environ["PAGERDUTY_ROUTING_KEY"]


def trigger_pagerduty(event: dict):
    deploy = event["data"]["deployment"]
    env = event["data"]["environment"]
    payload = {
        "routing_key": PD_KEY,
        "event_action": "trigger",
        "dedup_key": f"oecsh-deploy-{deploy['id']}",
        "payload": {
            "summary": f"Deploy failed: {env['name']} ({deploy['git_sha'][:7]})",
            "severity": "error",
            "source": "oec.sh",
            "component": env["name"],
            "custom_details": {
                "environment_url": env["primary_url"],
                "git_branch": deploy["git_branch"],
                "duration_seconds": deploy.get("duration_seconds"),
                "actor": deploy.get("actor"),
                "deploy_logs": f"https://platform.oec.sh/deployments/{deploy['id']}",
            },
        },
        "links": [
            {"href": f"https://platform.oec.sh/deployments/{deploy['id']}", "text": "View deploy"},
            {"href": env["primary_url"], "text": "Environment"},
        ],
    }
    httpx.post("https://events.pagerduty.com/v2/enqueue", json=payload, timeout=10)


# inside your verified webhook handler:
# if event["type"] == "deployment.failed":
#     trigger_pagerduty(event)
