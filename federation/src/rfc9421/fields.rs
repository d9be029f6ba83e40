//! The headers `Signature-Input` and `Signature`: the one signature they hold and the names of what it covers, not yet what
//! they mean.

use super::{InnerList, ListEntry, SignatureError, single};
use crate::limits::MAX_SIGNATURE_HEADER;
use crate::signature::in_authorization;
use http::HeaderMap;
use sfv::visitor::{DictionaryVisitor, EntryVisitor};
use sfv::{BareItem, Dictionary, KeyRef, Parser};

/// The one signature of a request.
pub(super) struct Fields {
    pub(super) input: InnerList,
    pub(super) signature: Vec<u8>,
}

impl Fields {
    /// Both headers, each once and with one member of the same label. A label may be anything: Mastodon and Fedify write
    /// `sig1`, NodeBB `activitypub`.
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, SignatureError> {
        if in_authorization(headers) {
            return Err(SignatureError::OtherScheme);
        }
        let (label, input) = only(single(headers, "signature-input")?)?;
        if !headers.contains_key("signature") {
            return Err(SignatureError::Missing);
        }
        let (signed, signature) = only(single(headers, "signature")?)?;
        if label != signed {
            return Err(SignatureError::Malformed("Signature and Signature-Input have different labels"));
        }
        let (ListEntry::InnerList(input), ListEntry::Item(signature)) = (input, signature) else {
            return Err(SignatureError::Malformed("a header has a member of the wrong kind"));
        };
        let BareItem::ByteSequence(signature) = signature.bare_item else {
            return Err(SignatureError::Malformed("the signature is no byte sequence"));
        };
        Ok(Self { input, signature })
    }
}

/// The only member of a dictionary, with its label.
fn only(value: &str) -> Result<(String, ListEntry), SignatureError> {
    if value.len() > MAX_SIGNATURE_HEADER {
        return Err(SignatureError::Malformed("it is too long"));
    }
    let mut one = One::default();
    let read = Parser::new(value).parse_dictionary_with_visitor(&mut one);
    if one.more {
        return Err(SignatureError::Duplicate("the signature".to_owned()));
    }
    read.map_err(|_| SignatureError::Malformed("it is no dictionary"))?;
    let (label, entry) = one.found.into_iter().next().ok_or(SignatureError::Missing)?;
    Ok((String::from(label), entry))
}

/// Takes one member and refuses a second, also one of the same label (which would replace the first).
#[derive(Default)]
struct One {
    found: Dictionary,
    more: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("there is a second member")]
struct Second;

impl<'de> DictionaryVisitor<'de> for &mut One {
    type Out = ();
    type Error = Second;

    fn entry(&mut self, key: &'de KeyRef) -> Result<impl EntryVisitor<'de>, Second> {
        self.more = !self.found.is_empty();
        if self.more {
            return Err(Second);
        }
        let Ok(entry) = DictionaryVisitor::entry(&mut self.found, key);
        Ok(entry)
    }

    fn finish(self) -> Result<(), Second> {
        Ok(())
    }
}

/// A covered component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    Method,
    TargetUri,
    Authority,
    Scheme,
    RequestTarget,
    Path,
    Query,
    /// A header, in lower case.
    Field(String),
}

impl Name {
    pub(super) fn read(text: &str) -> Result<Self, SignatureError> {
        Ok(match text {
            "@method" => Self::Method,
            "@target-uri" => Self::TargetUri,
            "@authority" => Self::Authority,
            "@scheme" => Self::Scheme,
            "@request-target" => Self::RequestTarget,
            "@path" => Self::Path,
            "@query" => Self::Query,
            _ if is_field_name(text) => Self::Field(text.to_owned()),
            _ => return Err(SignatureError::Malformed("it covers a component that is not known")),
        })
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Method => "@method",
            Self::TargetUri => "@target-uri",
            Self::Authority => "@authority",
            Self::Scheme => "@scheme",
            Self::RequestTarget => "@request-target",
            Self::Path => "@path",
            Self::Query => "@query",
            Self::Field(name) => name,
        }
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.text() == text
    }
}

/// Lower case, as RFC 9421 section 2.1 demands.
fn is_field_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
}
