import hmac
import hashlib
import json

# Your request body
request_body = {
    "action": "execute_method",
    "model": "res.partner",
    "method": "search_read",
    "args": [[["is_company", "=", True]]],
    "kwargs": {"fields": ["name", "email"], "limit": 10}
}

# Your HMAC secret from API key settings
hmac_secret = "your_hmac_secret_here"

# Generate signature
body_string = json.dumps(request_body, separators=(',', ':'))
signature = hmac.new(
    hmac_secret.encode('utf-8'),
    body_string.encode('utf-8'),
    hashlib.sha256
).hexdigest()

# Add to headers
headers = {
    'Authorization': 'Bearer sk_live_xxxxxxxxxxxxx',
    'X-HMAC-Signature': signature,
    'Content-Type': 'application/json'
}
