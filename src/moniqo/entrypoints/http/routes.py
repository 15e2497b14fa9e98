"""Every controller of the API: one line each."""

from moniqo.entrypoints.http.endpoint import Controller

CONTROLLERS: tuple[type[Controller], ...] = ()
