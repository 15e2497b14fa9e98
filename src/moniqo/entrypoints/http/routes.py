"""Every controller of the API: one line each."""

from moniqo.entrypoints.http.agents.agents import AgentController
from moniqo.entrypoints.http.agents.backtests import BacktestController
from moniqo.entrypoints.http.agents.flows import FlowController
from moniqo.entrypoints.http.agents.prompts import PromptController
from moniqo.entrypoints.http.agents.runs import RunController
from moniqo.entrypoints.http.agents.user_prompts import UserPromptController
from moniqo.entrypoints.http.audit.audit_logs import AuditLogController, OwnAuditLogController
from moniqo.entrypoints.http.billing.plans import PlanController
from moniqo.entrypoints.http.billing.subscriptions import SubscriptionController
from moniqo.entrypoints.http.billing.usage import UsageController
from moniqo.entrypoints.http.endpoint import Controller
from moniqo.entrypoints.http.files.avatars import AvatarController
from moniqo.entrypoints.http.files.files import FileController
from moniqo.entrypoints.http.identity.auth import AuthController
from moniqo.entrypoints.http.identity.email_addresses import EmailController, OwnEmailController
from moniqo.entrypoints.http.identity.me import ProfileController
from moniqo.entrypoints.http.identity.passwords import PasswordController
from moniqo.entrypoints.http.identity.permissions import PermissionController
from moniqo.entrypoints.http.identity.roles import RoleController
from moniqo.entrypoints.http.identity.sessions import SessionController
from moniqo.entrypoints.http.identity.user_settings import SettingsController
from moniqo.entrypoints.http.identity.users import UserController
from moniqo.entrypoints.http.notifications.notifications import NotificationController
from moniqo.entrypoints.http.operations.health import HealthController
from moniqo.entrypoints.http.operations.reports import ReportController
from moniqo.entrypoints.http.operations.tasks import TaskController
from moniqo.entrypoints.http.trading.market import MarketController
from moniqo.entrypoints.http.trading.trades import TradeController
from moniqo.entrypoints.http.trading.user_wallets import UserWalletController
from moniqo.entrypoints.http.trading.wallets import WalletController

CONTROLLERS: tuple[type[Controller], ...] = (
    AuthController,
    PasswordController,
    EmailController,
    SessionController,
    ProfileController,
    UserController,
    RoleController,
    PermissionController,
    OwnEmailController,
    AvatarController,
    FileController,
    PlanController,
    SubscriptionController,
    UsageController,
    AgentController,
    PromptController,
    UserPromptController,
    FlowController,
    RunController,
    BacktestController,
    WalletController,
    UserWalletController,
    TradeController,
    MarketController,
    AuditLogController,
    OwnAuditLogController,
    NotificationController,
    SettingsController,
    ReportController,
    TaskController,
    HealthController,
)
