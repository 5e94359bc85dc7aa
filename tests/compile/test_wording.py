"""What the words above a command mean, in more languages than one."""

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.wording import condition


@pytest.mark.parametrize(
    "text",
    [
        "If the pool is full", "Only when all else failed", "Restart (during the night)",
        "Falls der Dienst nicht antwortet:", "Nur wenn nötig: neu starten", "2. Wenn voll, leeren",
        "Neu starten, falls er nicht antwortet", "Neu starten (wenn nötig)", "Bei Bedarf leeren",
        "Si le service ne répond pas", "En cas d’échec : redémarrer", "Redémarrer si nécessaire",
        "S'il ne répond pas", "Si el servicio no responde", "En caso de fallo",
        "Se il disco è pieno", "Se o serviço não responder", "Caso o disco esteja cheio",
        "Indien de schijf vol is", "Jeśli dysk jest pełny", "Если диск заполнен",
        "При необходимости перезапустить", "サービスが応答しない場合", "必要に応じて再起動する",
        "如果服务没有响应", "如需回滚", "필요 시 재시작",
    ],
)  # fmt: skip
def test_a_condition_is_seen(text: str) -> None:
    assert condition(text) == text.strip(" :")


@pytest.mark.parametrize(
    "text",
    [
        "Restart the service", "Check if tasks are running", "Dienst neu starten",
        "CPU falls below 20 %", "Falls back to the replica", "Traffic falls, errors rise",
        "Redémarrer le service",
        "Reiniciar el servicio", "Riavviare il servizio", "サービスを再起動する", "重启服务",
        "Senden der Meldung", "Sicherung anlegen", "Separate the nodes", "Caso de uso",
        "Als root ausführen", "Se reinicia el servicio", "Sites prüfen", "Also restart the workers",
    ],
)  # fmt: skip
def test_what_is_no_condition_is_none(text: str) -> None:
    assert condition(text) == ""


def test_a_step_that_is_not_always_meant_is_a_question() -> None:
    text = (
        "# Dienst\n\n## Neustart\n\n```bash\nsystemctl status web\n"
        "# Falls er nicht antwortet\nsystemctl restart web\n```\n"
    )
    runbook, _ = compile_runbook(parse("dienst.md", text))
    looks, restarts = runbook.procedures[0].steps
    assert (looks.condition, restarts.condition) == ("", "Falls er nicht antwortet")
