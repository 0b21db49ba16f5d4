import os
import httpx

API = "https://platform.oec.sh/api/v1"
KEY = os.environ["OECSH_API_KEY"]
HEADERS = {"Authorization": f"Bearer {KEY}"}


def paginate(path: str):
    cursor = None
    while True:
        params = {"cursor": cursor} if cursor else {}
        r = httpx.get(f"{API}{path}", headers=HEADERS, params=params, timeout=30)
        r.raise_for_status()
        body = r.json()
        yield from body["data"]
        cursor = body.get("next_cursor")
        if not cursor:
            break


def fleet_status():
    projects = {p["id"]: p for p in paginate("/projects")}
    rows = []
    for env in paginate("/environments"):
        recent = list(paginate(f"/environments/{env['id']}/deployments?limit=1"))
        last = recent[0] if recent else None
        rows.append({
            "client": projects[env["project_id"]]["name"],
            "environment": env["name"],
            "url": env["primary_url"],
            "status": env["status"],
            "odoo_version": env["odoo_version"],
            "last_deploy_at": last["finished_at"] if last else None,
            "last_deploy_status": last["status"] if last else None,
            "last_commit": (last or {}).get("git_sha", "")[:7],
        })
    return rows


if __name__ == "__main__":
    import json
    print(json.dumps(fleet_status(), indent=2, default=str))
