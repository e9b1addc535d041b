"""The page on which people make and revoke tokens of their own."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from c360.http import StaffRequest
from c360.models import User
from c360.showing import shows_no_customer_data
from c360.tokens.forms import TokenForm
from c360.tokens.making import NotMade, make_token, newest, revoke

PAGE = "c360/tokens.html"


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
def tokens(request: StaffRequest) -> HttpResponse:
    """One's own tokens; posting makes one, and shows its secret in this answer only."""
    if request.method == "GET":
        return render(request, PAGE, _context(request.user))
    form = TokenForm(request.POST)
    if not form.is_valid():
        return render(request, PAGE, _context(request.user, form), status=422)
    try:
        token, secret = make_token(request.user, **form.values())
    except NotMade as problem:
        messages.error(request, str(problem))
        return render(request, PAGE, _context(request.user), status=409)
    made = {"made": token, "secret": secret}
    return render(request, PAGE, {**_context(request.user), **made})


def _context(owner: User, form: TokenForm | None = None) -> dict[str, Any]:
    return {
        "tokens": owner.personal_tokens.order_by("-pk"),
        "form": form or TokenForm(initial={"newest": newest(owner)}),
    }


@shows_no_customer_data
@require_POST
def revoke_token(request: StaffRequest, pk: int) -> HttpResponse:
    """Withdraw a token of one's own; those of others are not there."""
    token = request.user.personal_tokens.filter(pk=pk).first()
    if token is None:
        raise Http404
    revoke(token)
    messages.success(request, _("“%s” was revoked and opens nothing any more.") % token.name)
    return redirect("tokens")
