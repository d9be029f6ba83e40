//! Pure rules: words, states and their transitions, the frozen entry of a decision. Time is an argument; nothing here
//! reads a clock, a file or a row. (The vocabularies derive diesel's text column, which is a mapping, not a query.)

pub mod act;
pub mod action;
pub mod actor;
pub mod coalition;
pub mod consultation;
pub mod decision;
pub mod following;
pub mod handle;
pub mod link;
pub mod mail;
pub mod meeting;
pub mod merge;
pub mod minutes;
pub mod moderation;
pub mod named;
pub mod news;
pub mod note;
pub mod outcome;
pub mod position;
pub mod publication;
pub mod reaction;
pub mod roadmap;
pub mod round;
pub mod search;
pub mod shared;
pub mod state;
pub mod words;
