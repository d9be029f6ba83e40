//! The protocol, pure.
