"""Whose organization a request is for: what the token says of the user's memberships."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from drawbridge import _core
from drawbridge._core import Identity


def check_membership(identity: Identity[UUID | None], organization_id: str, roles: Iterable[str] | None = None) -> None:
    """Lets a user reach what belongs to an organization that they are a member of, with one of the `roles` where these
    are given; of no roles nobody has one.

    `organization_id` is that of what is reached, such as the decoded path segment, and is compared with the claim
    `orgs` byte by byte. Raises AuthError `membership_missing`, whether or not the organization exists, and also where
    the identity does not say. `Identity.active_organization` has no part in it.
    """
    if isinstance(roles, str):
        raise TypeError(f'roles is a str: give a set, roles={{"{roles}"}}')
    _core.check_membership(identity, organization_id, None if roles is None else list(roles))


def knows_membership(identity: Identity[UUID | None], organization_id: str) -> bool:
    """Whether the identity says if the user is a member of this organization.

    It does not where the claim `orgs` is absent (the plugin's option is off, or the session comes straight from
    storage), nor for an organization that the token had no room for (`Identity.organizations_truncated`): there an app
    can look into its own database.
    """
    return _core.knows_membership(identity, organization_id)
