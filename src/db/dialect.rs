//! Where the two databases differ in what diesel compiles.

/// Compiles one query for each database: `both!(conn, c => diesel::insert_into(…).on_conflict(…)….execute(c))`.
/// Inside, `c` is the plain connection of the backend at hand.
#[macro_export]
macro_rules! both {
    ($conn:expr, $c:ident => $query:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite($c) => $query,
            $crate::db::Conn::Pg($c) => $query,
        }
    };
}
