"""Base of every form: CSRF always on."""

from flask_wtf import FlaskForm


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose POST carries a token of this session."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Settings shared by all forms."""

        csrf = True
        csrf_time_limit = None  # a page may stay open for hours: the session's life is the limit
