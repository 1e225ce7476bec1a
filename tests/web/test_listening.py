"""Where a server cannot listen, what to choose instead."""

import errno
import socket

import pytest

from mainstem.stream.errors import MainstemError
from mainstem.web.server import listening


@pytest.mark.parametrize(
    ("why", "choose"), [(errno.EADDRINUSE, "--port"), (errno.EACCES, "--port"), (errno.EADDRNOTAVAIL, "--host")]
)
def test_what_to_choose_instead_is_told(monkeypatch, why, choose):
    def refused(*_, **__):
        raise OSError(why, "no")

    monkeypatch.setattr(socket, "create_server", refused)
    with pytest.raises(MainstemError, match="cannot be listened on") as caught, listening("127.0.0.1", 8000):
        pass
    assert choose in caught.value.hint
