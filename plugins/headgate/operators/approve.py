"""Ask people whether a candidate may be promoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk.bases.skipmixin import SkipMixin
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput

from headgate import wire
from headgate.core.approval import Approval
from headgate.core.approval_replies import Decided, ReplyState, open_to
from headgate.core.refs import EvaluationRef, VerdictRef
from headgate.hooks.approvals import APPROVE, REJECT, approval_form, put_question, reply_of
from headgate.hooks.assets import stamp
from headgate.hooks.links import MadeLink
from headgate.hooks.mlflow import MlflowHook
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.run_context import announce, name_run
from headgate.steps.approve import answered, approval_question, record_approval
from headgate.steps.evaluate import REPORT
from headgate.steps.judge import GATE_REPORT, explain


class ApproveOperator(HITLOperator, SkipMixin):
    """Wait until people approve or reject, on Airflow's page of required actions; pass on where nobody is asked.

    While it waits it takes neither a worker nor a triggerer. A rejection is no failure, and neither is a time-out,
    which counts as one: the task succeeds, says who and why in its log, in XCom and in MLflow, and what follows is
    skipped. An approval that doesn't count, such as the second one of the same person, leaves the question open until
    its time is over. For two people there are two of these tasks, one after the other.

    Args:
        verdict: Output of a `JudgeOperator`, or of the `ApproveOperator` before.
        evaluation: Output of the `EvaluateOperator`: what was measured is shown.
        approval: Who may approve: the policy's `approval`.
        mlflow_conn_id: Airflow connection of the MLflow server.

    Returns:
        The `VerdictRef` as plain JSON, with who approved so far and the sentence `explanation`.
    """

    template_fields: Sequence[str] = ("verdict", "evaluation", "mlflow_conn_id")
    operator_extra_links = (MadeLink("Gate report"), MadeLink("Evaluation report"), MadeLink("MLflow run"))
    inherits_from_skipmixin = True
    ui_color = "#e8eaf6"

    def __init__(
        self,
        *,
        verdict: Any,  # noqa: ANN401 - an XComArg
        evaluation: Any,  # noqa: ANN401 - an XComArg
        approval: Approval,
        mlflow_conn_id: str = MlflowHook.default_conn_name,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        kwargs["params"] = approval_form()  # in place of the Dag's, which Airflow has put there
        super().__init__(subject="", options=[APPROVE, REJECT], defaults=[REJECT], **kwargs)
        self.verdict = verdict
        self.evaluation = evaluation
        self.approval = approval
        self.mlflow_conn_id = mlflow_conn_id
        self.links: dict[str, str] = {}

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Airflow's context
        """Ask, and wait; or pass on what needs nobody."""
        with airflow_outcome():
            verdict = self._verdict()
            announce(self.log, verdict.candidate.snapshot.run)
            if verdict.awaits is None or verdict.opens:
                return self._passed_on(context, verdict)
            allowed = open_to(self.approval, starter=verdict.candidate.snapshot.run.starter, earlier=verdict.approvals)
            if allowed == ():
                return self._nobody_left(context, verdict)
            asked = approval_question(
                verdict,
                wire.load(EvaluationRef, self.evaluation),
                links=self._found_at(verdict),
                log=MlflowHook(self.mlflow_conn_id).promotion_log,
                tracker=MlflowHook(self.mlflow_conn_id).tracker,
            )
        self.log.info("%s", explain(verdict))
        now = datetime.now(tz=UTC)
        question = {"about": asked.about, "subject": asked.subject, "body": asked.body}
        raise self._parked(context, verdict, question, until=self.approval.timeout.after(now))

    def execute_complete(  # type: ignore[override]  # it gets what `execute` has handed on
        self,
        context: Any,  # noqa: ANN401 - as above
        event: dict[str, Any],
        question: Mapping[str, str],
        until: str,
    ) -> dict[str, Any]:
        """Go on when somebody answered, or nobody did in time."""
        reply = reply_of(event)
        with airflow_outcome():
            waiting = self._verdict()
            name_run(waiting.candidate.snapshot.run)
            verdict, decided = answered(waiting, reply, approval=self.approval, about=question["about"])
            self._keep(verdict, decided)
        if decided.state is ReplyState.OUTDATED:
            raise AirflowFailException(decided.said)
        if decided.state is ReplyState.REFUSED:
            body = f"{question['body']}\n\n**An answer did not count:** {decided.said}"
            raise self._parked(context, verdict, {**question, "body": body}, until=datetime.fromisoformat(until))
        return self._ended(context, verdict, decided)

    def _parked(
        self,
        context: Any,  # noqa: ANN401 - as above
        verdict: VerdictRef,
        question: Mapping[str, str],
        *,
        until: datetime,
    ) -> TaskAwaitingInput:
        """Ask, and return what lets Airflow wait for an answer."""
        run = verdict.candidate.snapshot.run
        allowed = open_to(self.approval, starter=run.starter, earlier=verdict.approvals)
        self.subject, self.body = question["subject"], question["body"]
        self.assigned_users = None if allowed is None else [{"id": user_id, "name": name} for user_id, name in allowed]
        put_question(self, ti_id=context["ti"].id, about=question["about"], as_of=stamp(run.as_of.instant))
        for notifier in self.notifiers:
            notifier(context)
        who = "anybody who may" if allowed is None else " or ".join(name for _, name in allowed)
        self.log.info("waiting until %s for %s to answer", stamp(until), who)
        return TaskAwaitingInput(
            method_name="execute_complete",
            kwargs={"question": dict(question), "until": until.isoformat()},
            timeout=until - datetime.now(tz=UTC),
        )

    def _passed_on(self, context: Any, verdict: VerdictRef) -> dict[str, Any]:  # noqa: ANN401 - as above
        sentence = explain(verdict)
        self.log.info("nobody is asked: %s", sentence)
        output = _told(verdict, sentence)
        return output if verdict.opens else self._skipped(context, output)

    def _nobody_left(self, context: Any, verdict: VerdictRef) -> dict[str, Any]:  # noqa: ANN401 - as above
        names = ", ".join(self.approval.approvers)
        said = f"somebody of {names} must be left to approve. Got none: who approved or started the run can't."
        decided = Decided(state=ReplyState.REJECTED, said=said)
        self._keep(verdict, decided)
        return self._ended(context, verdict, decided)

    def _ended(self, context: Any, verdict: VerdictRef, decided: Decided) -> dict[str, Any]:  # noqa: ANN401 - as above
        self._found_at(verdict)
        if decided.state is ReplyState.APPROVED:
            sentence = explain(verdict)
            self.log.info("%s", sentence)
            return _told(verdict, sentence)
        return self._skipped(context, _told(verdict, f"nothing is promoted: {decided.said}"))

    def _skipped(self, context: Any, output: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - as above
        context["ti"].xcom_push(key="return_value", value=output)
        self.skip(ti=context["ti"], tasks=context["task"].downstream_list)
        return output

    def _keep(self, verdict: VerdictRef, decided: Decided) -> None:
        counts = decided.state is ReplyState.APPROVED
        (self.log.info if counts else self.log.warning)("%s", decided.said)
        if lost := record_approval(verdict, decided, tracker=MlflowHook(self.mlflow_conn_id).tracker):
            self.log.warning("it isn't written on the MLflow run: %s", lost)

    def _verdict(self) -> VerdictRef:
        return wire.load(
            VerdictRef, {name: value for name, value in (self.verdict or {}).items() if name != "explanation"}
        )

    def _found_at(self, verdict: VerdictRef) -> dict[str, str]:
        pages, tracked = MlflowHook(self.mlflow_conn_id).pages, verdict.candidate.tracked
        self.links["Gate report"] = pages.artifact(tracked, GATE_REPORT)
        self.links["Evaluation report"] = pages.artifact(tracked, REPORT)
        self.links["MLflow run"] = pages.run(tracked)
        champion = verdict.champion
        if champion is None:
            return dict(self.links)
        model = verdict.candidate.snapshot.run.model
        return {**self.links, f"Version {champion.version}": pages.version(model, champion.version)}


def _told(verdict: VerdictRef, sentence: str) -> dict[str, Any]:
    return {**wire.dump(verdict), "explanation": sentence}
