"""Types that columns of several tables share."""

from sqlalchemy import JSON, Uuid
from sqlalchemy.dialects.postgresql import JSONB

Json = JSON().with_variant(JSONB(), "postgresql")
Id = Uuid(as_uuid=False)
