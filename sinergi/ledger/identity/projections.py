"""What an identity log changes on the nodes that keep it."""

from sinergi.ledger.catalog import Envelope, Ignored, folds
from sinergi.ledger.identity import named
from sinergi.ledger.identity.events import AgencyFounded, KeyAdded, KeyRevoked
from sinergi.ledger.models import Agency, Key


@folds(AgencyFounded)
def founded(event: AgencyFounded, envelope: Envelope) -> None:
    """The agency and its keys. The row of an agency is made when it is introduced (invitation) or initialised."""
    from sinergi.ledger.envelope import key_id

    if envelope.role != "identity" or envelope.seq != 0:
        raise Ignored("an agency is founded once, at the start of its identity log")
    Agency.objects.update_or_create(
        id=envelope.agency,
        defaults={
            "code": event.code,
            "name": event.name,
            "kind": event.agency_kind,
            "region": event.region,
        },
    )
    publics = [(key.use, bytes.fromhex(key.public)) for key in event.keys]
    Key.objects.bulk_create(
        [Key(agency_id=envelope.agency, kid=key_id(public), use=use, public=public) for use, public in publics],
        ignore_conflicts=True,
    )


@folds(KeyAdded)
def added(event: KeyAdded, envelope: Envelope) -> None:
    """One more key of the author's."""
    from sinergi.ledger.envelope import key_id

    if envelope.role != "identity":
        raise Ignored("keys are named in identity logs")
    public = bytes.fromhex(event.key.public)
    kid = key_id(public)
    Key.objects.get_or_create(
        agency_id=envelope.agency, kid=kid, use=event.key.use, defaults={"public": public, "seq": envelope.seq}
    )


@folds(KeyRevoked)
def revoked(event: KeyRevoked, envelope: Envelope) -> None:
    """A key is trusted no further than this says."""
    if envelope.role != "identity":
        raise Ignored("keys are named in identity logs")
    for key in Key.objects.filter(agency_id=envelope.agency, kid=event.key):
        key.last, key.reason = named.trusted(key.last, event.last), event.reason
        key.save(update_fields=["last", "reason"])
