"""Pictures of users."""

from moniqo.application.files.get_avatar import Avatar, GetAvatar
from moniqo.application.files.remove_avatar import RemoveAvatar
from moniqo.application.files.set_avatar import SetAvatar
from moniqo.application.files.upload import AvatarUpload
from moniqo.application.identity.members import Profile
from moniqo.application.identity.principal import Principal
from moniqo.domain.shared.errors import RateLimited, UnsupportedFileType
from moniqo.domain.shared.ids import UserId
from moniqo.entrypoints.http.download import Download
from moniqo.entrypoints.http.endpoint import DELETE, GET, POST, Controller, endpoint
from moniqo.entrypoints.http.etags import Seen, marked
from moniqo.entrypoints.http.files.drawn import drawn
from moniqo.entrypoints.http.wire import Answer, Header

_SVG = "image/svg+xml"
# Whatever a picture holds, nothing of it is run, and it is asked for anew: 304 is cheap.
_ALWAYS: tuple[Header, ...] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
    (b"cache-control", b"public, no-cache"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)


class AvatarController(Controller):
    """`/users/…/avatar`."""

    path = "/api/v1/users"
    tag = "Users"

    @endpoint(
        POST,
        "/me/avatar",
        summary="Set your picture",
        status=201,
        message="Picture set.",
        refuses=(UnsupportedFileType, RateLimited),
    )
    async def set(self, caller: Principal, upload: AvatarUpload, set_avatar: SetAvatar) -> Profile:
        """A JPEG, PNG or GIF by its content. Only its pixels are kept, of a moving one the first.

        Everybody can see it. A large one comes out smaller; the one before is removed.
        """
        return await set_avatar(caller=caller, upload=upload)

    @endpoint(DELETE, "/me/avatar", summary="Remove your picture", message="Picture removed.")
    async def remove(self, caller: Principal, remove_avatar: RemoveAvatar) -> None:
        """Without one nothing happens."""
        await remove_avatar(user_id=caller.user_id)

    @endpoint(
        GET,
        "/{user_id}/avatar",
        summary="Get somebody's picture",
        public=True,
        media=("image/jpeg", "image/png", "image/gif", _SVG),
        headers={"Cache-Control": "It may be kept, and is to be asked for anew each time."},
    )
    async def fetch(self, user_id: UserId, seen: Seen, get_avatar: GetAvatar) -> Answer:
        """The picture, or one that is drawn with the first letter of their first name."""
        return _shown(await get_avatar(user_id=user_id, seen=seen.has), seen)


def _shown(avatar: Avatar, seen: Seen) -> Answer:
    tagged = (*_ALWAYS, (b"etag", marked(avatar.mark).encode()))
    if seen.has(avatar.mark):
        return Answer(304, b"", tagged)
    if avatar.content is not None and avatar.kind is not None:
        headers = (*tagged, (b"content-type", avatar.kind.encode()))
        return Download(200, b"", headers, content=avatar.content)
    picture = drawn(avatar.user_id, avatar.initial)
    return Answer(200, picture, (*tagged, (b"content-type", _SVG.encode())))
