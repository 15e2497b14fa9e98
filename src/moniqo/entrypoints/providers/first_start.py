"""What a first start makes, in its order."""

from dishka import Provider, Scope, provide

from moniqo.application.billing.seed_plans import SeedPlans
from moniqo.application.identity.enrolment import Enrolment
from moniqo.application.identity.ensure_superadmin import EnsureSuperadmin
from moniqo.application.identity.registration import Registration
from moniqo.application.identity.seed_access import SeedAccess
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.seed_system import SeedSystem
from moniqo.application.trading.seed_paper_wallet import SeedPaperWallet
from moniqo.domain.identity.credentials import Password
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.superadmin import Superadmin


class FirstStart(Provider):
    """Every seeder."""

    scope = Scope.APP

    @provide
    def superadmin(
        self, settings: Settings, uow: UnitOfWork, enrolment: Enrolment
    ) -> EnsureSuperadmin:
        """By the settings `SUPERADMIN_*`."""
        return EnsureSuperadmin(uow, enrolment, _registration(settings.superadmin))

    @provide
    def system(
        self,
        access: SeedAccess,
        plans: SeedPlans,
        paper_wallet: SeedPaperWallet,
        superadmin: EnsureSuperadmin,
    ) -> SeedSystem:
        """Roles before people, plans before subscribers."""
        return SeedSystem((access, plans, paper_wallet, superadmin))


def _registration(wanted: Superadmin) -> Registration | None:
    if wanted.superadmin_email is None or wanted.superadmin_password is None:
        return None
    return Registration(
        email=wanted.superadmin_email,
        password=Password(wanted.superadmin_password.value),
        first_name=wanted.superadmin_first_name,
        last_name=wanted.superadmin_last_name,
    )
