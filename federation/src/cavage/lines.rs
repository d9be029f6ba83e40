//! The signing string of a received request (draft 12, section 2.3).

use super::SignatureError;
use super::header::Parameters;
use crate::signature::push_field;
use http::{HeaderMap, Method};

/// The signing string while it grows.
pub(super) struct Lines<'a> {
    method: &'a Method,
    target: &'a str,
    headers: &'a HeaderMap,
    parameters: &'a Parameters<'a>,
    pub(super) message: Vec<u8>,
    pub(super) query: Option<(usize, usize)>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(
        method: &'a Method,
        target: &'a str,
        headers: &'a HeaderMap,
        parameters: &'a Parameters<'a>,
    ) -> Self {
        let message = Vec::with_capacity(512);
        Self { method, target, headers, parameters, message, query: None }
    }

    pub(super) fn push(&mut self, name: &str) -> Result<(), SignatureError> {
        if !self.message.is_empty() {
            self.message.push(b'\n');
        }
        self.message.extend(name.bytes().map(|b| b.to_ascii_lowercase()));
        self.message.extend_from_slice(b": ");
        let absent = || SignatureError::NotPresent(name.to_owned());
        match name.to_ascii_lowercase().as_str() {
            "(request-target)" => self.push_target(),
            "(created)" => {
                let value = self.parameters.created.ok_or_else(absent)?;
                self.message.extend_from_slice(value.as_bytes());
            }
            "(expires)" => {
                let value = self.parameters.expires.ok_or_else(absent)?;
                self.message.extend_from_slice(value.as_bytes());
            }
            name => push_field(&mut self.message, self.headers, name)?,
        }
        Ok(())
    }

    fn push_target(&mut self) {
        let method = self.method.as_str().bytes();
        self.message.extend(method.map(|b| b.to_ascii_lowercase()));
        self.message.push(b' ');
        let start = self.message.len();
        self.message.extend_from_slice(self.target.as_bytes());
        if let Some(question_mark) = self.target.find('?') {
            self.query = Some((start + question_mark, self.message.len()));
        }
    }
}
