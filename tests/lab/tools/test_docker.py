"""`docker`: an image is what is in its folder; a push hands it to the lab's registry."""

from pathlib import Path
from typing import Any

import pytest
from tests.lab.tools.calling import Answer, Desk, server

from steadyhand.lab.tools.call import LabInfo
from steadyhand.lab.tools.docker.images import Images

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def source(desk: Desk) -> Path:
    (desk.cwd / "Dockerfile").write_text("FROM python:3.11\nCOPY app.py /\n")
    (desk.cwd / "app.py").write_text("print('one')\n")
    return desk.cwd


def digest(desk: Desk) -> str:
    said = desk("docker build -q -t shop .")
    assert said.code == 0
    return said.out.strip()


def test_the_same_content_is_the_same_image(desk: Desk, source: Path) -> None:
    first = digest(desk)
    (source / "app.py").touch()
    assert digest(desk) == first
    (source / "app.py").write_text("print('two')\n")
    second = digest(desk)
    assert second != first
    image = Images(desk.lab.folder).find("shop:latest")
    assert image is not None
    assert image.digest == second
    assert (image.folder / "app.py").read_text() == "print('two')\n"


def test_an_image_stays_what_it_was_when_its_source_changes(desk: Desk, source: Path) -> None:
    desk("docker build -t shop:1 .")
    (source / "app.py").write_text("changed")
    image = Images(desk.lab.folder).find("shop:1")
    assert image is not None
    assert (image.folder / "app.py").read_text() == "print('one')\n"


def test_what_is_ignored_is_no_part_of_it(desk: Desk, source: Path) -> None:
    (source / ".dockerignore").write_text("# none of these\n*.log\nsecret\n")
    before = digest(desk)
    (source / "secret").mkdir()
    (source / "secret" / "key").write_text("x")
    (source / "a.log").write_text("x")
    assert digest(desk) == before


def test_images_without_a_tag_do_not_pile_up(desk: Desk, source: Path) -> None:
    for number in range(25):
        (source / "app.py").write_text(str(number))
        digest(desk)
    # Twenty that nothing names, the one that was named before the last build, and the last.
    assert len(list((desk.lab.folder / "images").iterdir())) == 22


def test_images_are_listed(desk: Desk, source: Path) -> None:
    desk(f"docker build --tag shop:1 --tag {ECR}/shop:1 {source}")
    rows = [line.split() for line in desk("docker images").out.splitlines()]
    assert rows[0] == ["REPOSITORY", "TAG", "IMAGE", "ID", "CREATED", "SIZE"]
    assert {tuple(row[:2]) for row in rows[1:]} == {("shop", "1"), (f"{ECR}/shop", "1")}
    assert len(desk("docker images -q").out.splitlines()) == 1
    assert len(desk("docker image ls shop").out.splitlines()) == 2


@pytest.mark.parametrize(
    ("line", "code", "err"),
    [
        ("docker bogus", 1, "docker: unknown command: docker bogus\n\nRun 'docker --help'"),
        ("docker push", 1, "docker: 'docker push' requires 1 argument\n\nUsage:  docker push"),
        ("docker tag a", 1, "docker: 'docker tag' requires 2 arguments"),
        ("docker push --bogus x", 125, "unknown flag: --bogus\n\nUsage:  docker push [OPTIONS]"),
        ("docker build -Z .", 125, "unknown shorthand flag: 'Z' in -Z"),
        ("docker build nowhere", 1, 'path "nowhere" not found'),
        ("docker build -f Other .", 1, "failed to read dockerfile: open Other: no such file"),
        ("docker build -t UPPER .", 1, 'invalid tag "UPPER:latest": invalid reference format'),
        ("docker tag nothing:1 shop:2", 1, "Error response from daemon: No such image: nothing:1"),
        ("docker tag shop 'not a name'", 1, "invalid reference format"),
        ("docker push nothing", 1, "An image does not exist locally with the tag: nothing"),
        ("docker push shop", 1, "push access denied, repository does not exist"),
        (f"docker push {ECR}/shop", 1, "no basic auth credentials"),
        ("docker push other.example/shop", 1, "lookup other.example: no such host"),
        ("docker login", 1, "Cannot perform an interactive login from a non TTY device"),
        ("docker login --password-stdin", 1, "requires --username to be set"),
    ],
)
def test_what_is_refused(desk: Desk, source: Path, line: str, code: int, err: str) -> None:
    desk(f"docker build -t shop -t {ECR}/shop -t other.example/shop {source}")
    said = desk(line)
    assert said.code == code
    assert err in said.err


def test_a_password_that_is_wrong_in_form_logs_nobody_in(desk: Desk) -> None:
    line = f"docker login --password-stdin {ECR} -u"
    assert desk(f"{line} AWS", stdin="").code == 1
    assert "400 Bad Request" in desk(f"{line} somebody", stdin="x").err
    said = desk(f"{line} AWS", stdin="token\n")
    assert (said.code, said.out) == (0, "Login Succeeded\n")
    assert "token" not in "".join(f.read_text() for f in desk.lab.folder.iterdir() if f.is_file())


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (201, 0, "1.2.0: digest: sha256:"),
        (404, 1, "name unknown: The repository with name 'shop' does not exist"),
        (409, 1, "The image tag '1.2.0' already exists in the 'shop' repository"),
        (400, 1, "unknown: the folder is gone"),
    ],
)
def test_a_push_hands_the_copy_over(
    desk: Desk, source: Path, status: int, code: int, words: str
) -> None:
    asked: list[Any] = []

    def registry(method: str, path: str, body: Any) -> Answer:
        asked.append((method, path, body))
        return status, {"error": "the folder is gone"}

    with server(registry) as address:
        desk = Desk(LabInfo(desk.lab.folder, control=address), source)
        desk("docker build -t shop .")
        desk(f"docker login -u AWS --password-stdin {ECR}", stdin="token")
        assert desk(f"docker tag shop:latest {ECR}/shop:1.2.0").code == 0
        said = desk(f"docker push {ECR}/shop:1.2.0")
    assert said.code == code
    assert words in said.out + said.err
    image = Images(desk.lab.folder).find("shop")
    assert image is not None
    body = {"digest": image.digest, "folder": str(image.folder), "size": image.size}
    assert asked == [("POST", "/registry/shop/1.2.0", body)]
