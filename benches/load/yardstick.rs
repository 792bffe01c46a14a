//! What the intake is measured against: a server that answers at once, and one that writes each text in a transaction
//! of its own: 1 message, 1 report, 10 values, 10 increments of totals, 1 reply.

use std::net::SocketAddr;
use std::sync::mpsc;

use actix_web::{App, HttpResponse, HttpServer, web};
use binhyen::db::sql::{Bind, Sql};
use binhyen::db::{Conn, Db, DbError, Target};

/// Starts the server that answers at once.
pub fn at_once() -> SocketAddr {
    start(|| App::new().default_service(web::to(answer)))
}

/// Starts the server that commits text by text.
pub fn one_by_one(target: Target) -> SocketAddr {
    let db = Db::open_with(target, 1, 8);
    let tables = db.clone();
    futures_block(async move { tables.write(make_tables).await }).expect("the yardstick's tables");
    start(move || App::new().app_data(web::Data::new(db.clone())).default_service(web::to(store)))
}

/// Reads the body, as any server must before the next request can come.
async fn answer(_body: web::Bytes) -> HttpResponse {
    HttpResponse::Accepted().body("{\"message\":\"1\"}")
}

fn futures_block<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    std::thread::spawn(|| tokio::runtime::Runtime::new().expect("a runtime").block_on(work))
        .join()
        .expect("the work")
}

async fn store(db: web::Data<Db>, body: web::Bytes) -> HttpResponse {
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let text = String::from_utf8_lossy(&body).into_owned();
    match db.write(move |conn| write(conn, number, &text)).await {
        Ok(()) => HttpResponse::Accepted().body(format!("{{\"message\":\"{number}\"}}")),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

static NEXT: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(1);

/// What the same rows need in any program that takes them: a text is known by its provider's key, by its sender and by
/// its commune; a report by its chain, its unit and its person; a reply by what it answers, and by what is due.
fn make_tables(conn: &mut Conn) -> Result<(), DbError> {
    for table in [
        "CREATE TABLE y_message (id BIGINT PRIMARY KEY, dedupe_key TEXT NOT NULL UNIQUE, sender TEXT NOT NULL, \
         commune BIGINT NOT NULL, words TEXT NOT NULL)",
        "CREATE INDEX y_message_sender ON y_message (sender, id)",
        "CREATE INDEX y_message_commune ON y_message (commune, id)",
        "CREATE TABLE y_report (id BIGINT PRIMARY KEY, chain BIGINT NOT NULL, version INTEGER NOT NULL, unit BIGINT NOT NULL, \
         period INTEGER NOT NULL, person BIGINT NOT NULL, stated TEXT NOT NULL, UNIQUE (chain, version))",
        "CREATE INDEX y_report_unit ON y_report (unit, period)",
        "CREATE INDEX y_report_person ON y_report (person, id)",
        "CREATE TABLE y_value (unit BIGINT, period INTEGER, indicator INTEGER, figure BIGINT NOT NULL, \
         PRIMARY KEY (unit, period, indicator))",
        "CREATE TABLE y_total (period INTEGER, commune BIGINT, indicator INTEGER, figure BIGINT NOT NULL, \
         PRIMARY KEY (period, commune, indicator))",
        "CREATE TABLE y_reply (id BIGINT PRIMARY KEY, receiver TEXT NOT NULL, cause BIGINT NOT NULL, commune BIGINT NOT NULL, \
         due BIGINT NOT NULL, words TEXT NOT NULL, UNIQUE (receiver, cause))",
        "CREATE INDEX y_reply_due ON y_reply (due)",
        "CREATE INDEX y_reply_commune ON y_reply (commune, id)",
    ] {
        Sql::new(table).run(conn)?;
    }
    Ok(())
}

const PERIOD: i32 = 202603;
/// Communes of the country: texts come from all of them in turn, as those of the program do.
const COMMUNES: i64 = 3_321;

fn write(conn: &mut Conn, number: i64, text: &str) -> Result<(), DbError> {
    let (commune, sender) = (number % COMMUNES, format!("+849{number:08}"));
    let message: [Bind; 5] = [
        number.into(),
        format!("bench b{number}").into(),
        sender.as_str().into(),
        commune.into(),
        text.into(),
    ];
    Sql::new("INSERT INTO y_message (id, dedupe_key, sender, commune, words) VALUES ")
        .rows([message])
        .run(conn)?;
    let report: [Bind; 7] = [
        number.into(),
        number.into(),
        1.into(),
        number.into(),
        PERIOD.into(),
        number.into(),
        "{\"1\":2,\"2\":3}".into(),
    ];
    Sql::new("INSERT INTO y_report (id, chain, version, unit, period, person, stated) VALUES ")
        .rows([report])
        .run(conn)?;
    for indicator in 0..10_i32 {
        let value: [Bind; 4] = [number.into(), PERIOD.into(), indicator.into(), 1_i64.into()];
        Sql::new("INSERT INTO y_value (unit, period, indicator, figure) VALUES ").rows([value]).run(conn)?;
        let total: [Bind; 4] = [PERIOD.into(), commune.into(), indicator.into(), 1_i64.into()];
        Sql::new("INSERT INTO y_total (period, commune, indicator, figure) VALUES ")
            .rows([total])
            .sql(" ON CONFLICT (period, commune, indicator) DO UPDATE SET figure = y_total.figure + excluded.figure")
            .run(conn)?;
    }
    let reply: [Bind; 6] =
        [number.into(), sender.into(), number.into(), commune.into(), 0_i64.into(), text.into()];
    Sql::new("INSERT INTO y_reply (id, receiver, cause, commune, due, words) VALUES ")
        .rows([reply])
        .run(conn)?;
    Ok(())
}

fn start<F, T, B>(app: F) -> SocketAddr
where
    F: Fn() -> App<T> + Send + Clone + 'static,
    T: actix_web::dev::ServiceFactory<
            actix_web::dev::ServiceRequest,
            Config = (),
            Response = actix_web::dev::ServiceResponse<B>,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
    B: actix_web::body::MessageBody + 'static,
{
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(app).workers(2).bind("127.0.0.1:0").expect("a port");
            sender.send(server.addrs()[0]).expect("the address");
            server.run().await.expect("the yardstick");
        });
    });
    receiver.recv().expect("the address")
}
