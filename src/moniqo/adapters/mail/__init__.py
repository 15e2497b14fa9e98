"""Wording mails and handing them over, behind the ports of `application.mail`."""
