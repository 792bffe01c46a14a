//! What stories stand on: databases of their own, one per test.

mod database;
pub mod kannel;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod provider;
pub mod sending;
pub mod smsc;
pub mod tls;
pub mod wire;
pub mod world;

pub use database::TestDatabase;

/// Runs the story `async fn name(db: TestDatabase)` as two tests, `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                $crate::support::play(super::$name($crate::support::TestDatabase::sqlite()));
            }

            #[test]
            fn postgres() {
                $crate::support::play(super::$name($crate::support::TestDatabase::postgres()));
            }
        }
    )+};
}

/// Runs `story` to its end on a reactor of its own, on which servers can be started.
pub fn play<T>(story: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(story)
}
