"""Print a token for one call, signed as a CDS client signs it (CDS Hooks 2.0, "Trusting CDS Clients").

Usage: make_token.py PRIVATE_KEY URL
"""

import sys
import time
from pathlib import Path
from uuid import uuid4

import jwt

now = int(time.time())
claims = {"iss": "https://ehr.example", "aud": sys.argv[2], "iat": now, "exp": now + 300, "jti": str(uuid4())}
token = jwt.encode(claims, Path(sys.argv[1]).read_bytes(), algorithm="ES384", headers={"kid": "try-1"})
sys.stdout.write(f"{token}\n")
