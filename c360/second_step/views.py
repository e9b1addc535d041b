"""The page on which people set up, renew and end their own second step."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from c360 import sealing
from c360.forms import refused
from c360.http import StaffRequest
from c360.second_step import codes, keeping
from c360.second_step.drawing import drawing_of
from c360.second_step.forms import ProofForm, SetUpForm
from c360.second_step.model import SecondStep, sealed, unsealed
from c360.second_step.required import is_required_of
from c360.showing import shows_no_customer_data

PAGE = "c360/second_step.html"
OFFERED = "second_step_offered"  # in the session: the secret of the page, sealed


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
def second_step(request: StaffRequest) -> HttpResponse:
    """Set up a second step; the answer that does shows the recovery codes, this once."""
    step = keeping.step_of_person(request.user)
    if step is not None:
        status = 200 if request.method == "GET" else 409
        return render(request, PAGE, _kept(request, step), status=status)
    secret = _offered(request)
    form = SetUpForm(secret, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        page = render(request, PAGE, _offer(request, secret, form))
        return refused(page, form) if form.is_bound else page
    try:
        made = keeping.set_up(request.user, secret, step_used=form.step_used)
    except keeping.AlreadySetUp:
        return redirect("second-step")
    del request.session[OFFERED]
    return render(request, PAGE, {"codes": made, "is_new": True})


@shows_no_customer_data
@require_POST
def renew(request: StaffRequest) -> HttpResponse:
    """Make new recovery codes for who gives a code, and show them, this once."""
    step, form = _asked(request, "renew")
    if step is None:
        return redirect("second-step")
    if not form.is_valid():
        return refused(render(request, PAGE, _kept(request, step, renewing=form)), form)
    return render(request, PAGE, {"codes": keeping.renew_recovery_codes(step)})


@shows_no_customer_data
@require_POST
def end(request: StaffRequest) -> HttpResponse:
    """End the second step of who gives a code; not where the organisation asks for it."""
    step, form = _asked(request, "end")
    if step is None:
        return redirect("second-step")
    if is_required_of(request.user):
        raise PermissionDenied
    if not form.is_valid():
        return refused(render(request, PAGE, _kept(request, step, ending=form)), form)
    keeping.end(request.user, by="themselves")
    messages.success(request, _("The second step is off. Sign-in asks for the password alone."))
    return redirect("second-step")


def _asked(request: StaffRequest, name: str) -> tuple[SecondStep | None, ProofForm]:
    """The second step of who asks, and the form of that name as it was sent."""
    address = request.META["REMOTE_ADDR"]
    form = ProofForm(request.user, address, request.POST, auto_id=f"{name}_%s")
    return keeping.step_of_person(request.user), form


def _offered(request: StaffRequest) -> bytes:
    """The secret that the page offers: the same until it is taken or the session ends."""
    kept = request.session.get(OFFERED)
    if kept:
        try:
            return unsealed(bytes.fromhex(kept[0]), kept[1], request.user.pk)
        except sealing.CannotOpen:  # the keys of the server were replaced meanwhile
            pass
    secret = codes.new_secret()
    sealed_secret, key_id = sealed(secret, request.user.pk)
    request.session[OFFERED] = [sealed_secret.hex(), key_id]
    return secret


def _offer(request: StaffRequest, secret: bytes, form: SetUpForm) -> dict[str, Any]:
    address = codes.address_of(secret, request.user.email)
    return {
        "form": form,
        "address": address,
        "drawing": drawing_of(address),
        "secret": codes.in_fours(codes.readable(secret), " "),
    }


def _kept(
    request: StaffRequest,
    step: SecondStep,
    *,
    renewing: ProofForm | None = None,
    ending: ProofForm | None = None,
) -> dict[str, Any]:
    """What the page shows of a second step; a form that was sent comes with what is wrong."""
    address = request.META["REMOTE_ADDR"]
    return {
        "step": step,
        "codes_left": keeping.codes_left(step),
        "is_required": is_required_of(request.user),
        "renewing": renewing or ProofForm(request.user, address, auto_id="renew_%s"),
        "ending": ending or ProofForm(request.user, address, auto_id="end_%s"),
    }
