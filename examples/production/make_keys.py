"""Make a key pair for trying production mode: private-key.pem for the caller, keys.json with its public half.

Usage: make_keys.py FOLDER
"""

import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

folder = Path(sys.argv[1])
key = ec.generate_private_key(ec.SECP384R1())
private = folder / "private-key.pem"
private.touch(mode=0o600)
private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
public = {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "try-1", "use": "sig"}
(folder / "keys.json").write_text(json.dumps({"keys": [public]}, indent=2), encoding="utf-8")
