"""What every route needs of the application, filled in when it starts."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from moniqo.application.audit.deny_permission import DenyPermission
from moniqo.application.billing.api_calls import ApiCalls
from moniqo.application.identity.authenticate import Authenticate
from moniqo.application.operations.answer_once import AnswerOnce
from moniqo.application.shared.system import Clock, Ids
from moniqo.entrypoints.http.cors import Cors
from moniqo.entrypoints.http.envelope import failed
from moniqo.entrypoints.http.errors import INTERNAL, failure_of
from moniqo.entrypoints.http.gate import Gate
from moniqo.entrypoints.http.rations import Rations
from moniqo.entrypoints.http.shapes import AnswerCodec
from moniqo.entrypoints.http.wire import Answer

logger = logging.getLogger("moniqo.http")


@dataclass(slots=True)
class Runtime:
    """Settings from the beginning, ports once the application has started."""

    gate: Gate
    usual_page: int
    largest_page: int
    trusted_proxies: int = 0
    cors: Cors = field(default_factory=Cors)
    codec: AnswerCodec = field(default_factory=AnswerCodec)
    clock: Clock = field(init=False)
    ids: Ids = field(init=False)
    authenticate: Authenticate = field(init=False)
    deny: DenyPermission = field(init=False)
    api_calls: ApiCalls = field(init=False)
    rations: Rations = field(init=False)
    answer_once: AnswerOnce = field(init=False)

    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    def refusal(self, error: Exception) -> Answer:
        """The answer to an error; what is none of ours to tell goes to the log alone."""
        failure = failure_of(error)
        if failure is INTERNAL:
            logger.error("A request failed.", exc_info=error)
        return failed(failure, self.now())
