"""What people can do about security assistance: the steps between the two sides, and their formal letters."""

from sinergi.features.security.actions.steps import (
    accept_offer,
    answer_request,
    approve_proposal,
    assign_force,
    confirm_completion,
    confirm_spoken_order,
    correct_request,
    decline_offer,
    issue_letter,
    propose_answer,
    report_completion,
    request_assistance,
    return_proposal,
    withdraw_request,
)

__all__ = [
    "accept_offer",
    "answer_request",
    "approve_proposal",
    "assign_force",
    "confirm_completion",
    "confirm_spoken_order",
    "correct_request",
    "decline_offer",
    "issue_letter",
    "propose_answer",
    "report_completion",
    "request_assistance",
    "return_proposal",
    "withdraw_request",
]
