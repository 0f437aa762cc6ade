//! Feeds: bytes of many formats to records and line-numbered rejections.
