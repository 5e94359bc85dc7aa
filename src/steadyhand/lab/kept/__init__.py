"""What an account keeps while the lab is down: the ledger, and what is entered into it.

`ledger.py` is the file and when it is written; `plain.py` is how a thing becomes JSON; `stores.py`
and `objects.py` say what of moto's stores is kept, `ecs/kept.py` and `logs/kept.py` what of the
lab's own rooms is, and `account.py` puts them together. Databases keep their data themselves.
"""
