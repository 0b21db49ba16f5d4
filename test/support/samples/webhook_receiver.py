from fastapi import FastAPI, Request, HTTPException
import hmac, hashlib, os, time

WEBHOOK_SECRET = os.environ["OECSH_WEBHOOK_SECRET"].encode()

app = FastAPI()


@app.post("/oecsh/webhook")
async def receive(request: Request):
    body = await request.body()
    sig = request.headers.get("X-OECSH-Signature", "")
    ts = request.headers.get("X-OECSH-Timestamp", "0")
    # Reject events older than 5 minutes (replay protection)
    if abs(time.time() - int(ts)) > 300:
        raise HTTPException(400, "stale event")
    expected = hmac.new(
        WEBHOOK_SECRET,
        f"{ts}.".encode() + body,
        hashlib.sha256,
    ).hexdigest()
    if not hmac.compare_digest(expected, sig):
        raise HTTPException(401, "bad signature")
    event = await request.json()
    if event["type"] == "deployment.failed":
        # route to your incident system, page someone, whatever
        ...
    return {"ok": True}
