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

fn make_tables(conn: &mut Conn) -> Result<(), DbError> {
    for table in [
        "CREATE TABLE y_message (id BIGINT PRIMARY KEY, words TEXT NOT NULL)",
        "CREATE TABLE y_report (id BIGINT PRIMARY KEY, unit BIGINT NOT NULL, stated TEXT NOT NULL)",
        "CREATE TABLE y_value (unit BIGINT, indicator INTEGER, figure BIGINT NOT NULL, PRIMARY KEY (unit, indicator))",
        "CREATE TABLE y_total (commune BIGINT, indicator INTEGER, figure BIGINT NOT NULL, PRIMARY KEY (commune, indicator))",
        "CREATE TABLE y_reply (id BIGINT PRIMARY KEY, words TEXT NOT NULL)",
    ] {
        Sql::new(table).run(conn)?;
    }
    Ok(())
}

fn write(conn: &mut Conn, number: i64, text: &str) -> Result<(), DbError> {
    Sql::new("INSERT INTO y_message (id, words) VALUES ").rows([[number.into(), text.into()]]).run(conn)?;
    let report: [Bind; 3] = [number.into(), number.into(), "{}".into()];
    Sql::new("INSERT INTO y_report (id, unit, stated) VALUES ").rows([report]).run(conn)?;
    for indicator in 0..10_i32 {
        let value: [Bind; 3] = [number.into(), indicator.into(), 1_i64.into()];
        Sql::new("INSERT INTO y_value (unit, indicator, figure) VALUES ").rows([value]).run(conn)?;
        let total: [Bind; 3] = [(number / 30).into(), indicator.into(), 1_i64.into()];
        Sql::new("INSERT INTO y_total (commune, indicator, figure) VALUES ")
            .rows([total])
            .sql(" ON CONFLICT (commune, indicator) DO UPDATE SET figure = y_total.figure + excluded.figure")
            .run(conn)?;
    }
    Sql::new("INSERT INTO y_reply (id, words) VALUES ").rows([[number.into(), text.into()]]).run(conn)?;
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
