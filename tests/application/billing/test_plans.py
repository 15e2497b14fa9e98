"""Plans change under their subscribers and never vanish from under them."""

from decimal import Decimal

import pytest

from moniqo.application.billing.archive_plan import ArchivePlan
from moniqo.application.billing.create_plan import CreatePlan
from moniqo.application.billing.plan_drafts import PlanDraft
from moniqo.application.billing.subscribe_plan import PlanChoice, SubscribePlan
from moniqo.application.billing.update_plan import UpdatePlan
from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditAction, AuditLog
from moniqo.domain.billing.plan import Plan, PlanLimit, Resource
from moniqo.domain.shared.errors import AlreadyExists, NotFound, RuleViolated
from moniqo.domain.shared.ids import PlanId
from support.people import People, open_people

TEAM = PlanDraft(
    name="Team",
    price=Decimal("99.90"),
    currency="EUR",
    limits=(PlanLimit(resource=Resource.AGENTS, title="Agents", value=Decimal(50)),),
)


async def named(people: People, name: str) -> Plan:
    (plan,) = await people.all(Plan, eq("name", name))
    return plan  # type: ignore[no-any-return]


async def subscribe(people: People, plan: Plan) -> None:
    ada = await people.register()
    choice = PlanChoice(plan.id)
    await SubscribePlan(people.uow, people.clock, people.ids)(user_id=ada.id, choice=choice)


async def test_a_new_plan_is_on_offer_under_a_name_of_its_own() -> None:
    people = await open_people()
    create = CreatePlan(people.uow, people.ids)

    made = await create(draft=TEAM)

    assert made.limit_of(Resource.AGENTS) == 50
    assert (made.price, made.currency, made.is_default) == (Decimal("99.90"), "EUR", False)
    await subscribe(people, made)
    with pytest.raises(AlreadyExists):
        await create(draft=TEAM)


async def test_a_plan_in_use_changes_and_keeps_its_name() -> None:
    people = await open_people()
    pro = await named(people, "Pro")
    await subscribe(people, pro)
    update = UpdatePlan(people.uow)

    changed = await update(plan_id=pro.id, changes={"name": "Pro", "price": Decimal(31)})

    assert changed.price == 31
    with pytest.raises(RuleViolated, match="active subscriptions cannot be renamed"):
        await update(plan_id=pro.id, changes={"name": "Gold"})
    assert (await named(people, "Pro")).price == 31


async def test_a_plan_that_nobody_has_is_renamed_and_no_start_makes_it_anew() -> None:
    people = await open_people()
    pro = await named(people, "Pro")
    update = UpdatePlan(people.uow)

    renamed = await update(plan_id=pro.id, changes={"name": "Gold"})
    await people.seed()

    assert {plan.name for plan in await people.all(Plan)} == {"Free", "Gold", "Enterprise"}
    assert renamed.version == pro.version + 1
    with pytest.raises(AlreadyExists):
        await update(plan_id=pro.id, changes={"name": "Enterprise"})


async def test_the_default_plan_keeps_its_name_and_its_place() -> None:
    people = await open_people()
    free = await named(people, "Free")

    with pytest.raises(RuleViolated, match="default plan cannot be renamed"):
        await UpdatePlan(people.uow)(plan_id=free.id, changes={"name": "Trial"})
    with pytest.raises(RuleViolated, match="default plan cannot be deleted"):
        await ArchivePlan(people.uow)(plan_id=free.id)
    assert await named(people, "Free") == free


async def test_a_plan_is_deleted_once_nobody_has_it() -> None:
    people = await open_people()
    pro, enterprise = await named(people, "Pro"), await named(people, "Enterprise")
    await subscribe(people, pro)
    archive = ArchivePlan(people.uow)

    await archive(plan_id=enterprise.id)

    with pytest.raises(RuleViolated, match="active subscriptions cannot be deleted"):
        await archive(plan_id=pro.id)
    with pytest.raises(NotFound):
        await archive(plan_id=enterprise.id)
    with pytest.raises(NotFound):
        await UpdatePlan(people.uow)(plan_id=PlanId(people.ids.new()), changes={})
    assert {plan.name for plan in await people.all(Plan)} == {"Free", "Pro"}
    gone = (eq("action", AuditAction.DELETE), eq("entity_id", enterprise.id))
    assert len(await people.all(AuditLog, *gone)) == 1


async def test_a_subscription_leaves_no_audit_row_of_its_plan() -> None:
    people = await open_people()
    pro = await named(people, "Pro")

    await subscribe(people, pro)

    rows = await people.all(AuditLog, eq("entity_id", pro.id))
    assert [row.action for row in rows] == [AuditAction.CREATE]
