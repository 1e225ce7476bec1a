"""Files that commonly hold secrets: skipped and named, unless somebody names them."""

import pytest

from mainstem.knowledge import Library
from mainstem.knowledge.files.secrets import holds_secrets

from .conftest import Write

SECRET = """
secrets.yaml secret.toml app-secrets.yml values.secret.yaml credentials.json aws_credentials.ini Credentials.csv
client_secret_12.json service-account.json serviceAccountKey.json myproject-firebase-adminsdk-x1.json kubeconfig.yaml
vault.yml wp-config.php passwords.txt db_password.conf auth.json
"""
OTHER = """
config.yaml design-tokens.json secretary.json password-policy.md password_policy.txt secrets.py secrets.md
account.json service.yaml accounts-of-service.json wp-config.md tokens.json
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_what_holds_secrets(name: str):
    assert holds_secrets(name)


@pytest.mark.parametrize("name", OTHER.split())
def test_what_does_not(name: str):
    assert not holds_secrets(name)


async def test_they_are_skipped_and_named_unless_somebody_names_them(library: Library, write: Write):
    root = write({"a.md": "The ferry.", "deploy/secrets.yaml": "ferry: swordfish"})
    report = await library.index([root])
    assert [(each.path, "holds secrets" in each.reason) for each in report.skipped] == [
        (str(root / "deploy" / "secrets.yaml"), True)
    ]
    assert len((await library.search("ferry")).passages) == 1
    assert (await library.index([root / "deploy" / "secrets.yaml"])).indexed == 1
    assert len((await library.search("swordfish")).passages) == 1
