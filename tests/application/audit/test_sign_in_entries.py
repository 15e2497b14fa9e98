from dataclasses import replace

from moniqo.adapters.security.bcrypt_hasher import BcryptPasswordHasher
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.identity.account import Account
from support.people import KEYS, open_people


async def test_a_hash_that_is_made_anew_at_sign_in_leaves_no_entry_beside_the_sign_ins() -> None:
    people = await open_people()
    await people.register()
    (old,) = await people.all(Account)
    before = {entry.id for entry in await people.all(AuditLog)}

    await replace(people, hasher=BcryptPasswordHasher(peppers=KEYS, cost=5)).sign_in()

    (new,) = await people.all(Account)
    entries = [entry for entry in await people.all(AuditLog) if entry.id not in before]
    assert new.password_hash != old.password_hash
    assert [entry.action for entry in entries] == [AuditAction.LOGIN]
