//! Tests of signatures, written as the requests that peers and attackers send.
