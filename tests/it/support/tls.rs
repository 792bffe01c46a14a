//! TLS before a server, as a reverse proxy gives it: a certificate of its own, and connections handed on.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Speaks TLS for a server that is started later.
pub struct Tls {
    address: SocketAddr,
    certificate: String,
    server: Arc<OnceLock<String>>,
}

impl Tls {
    /// Listens; needs the reactor of [`super::play`].
    pub async fn listen() -> Tls {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tls = Tls {
            address: listener.local_addr().unwrap(),
            certificate: made.cert.pem(),
            server: Arc::default(),
        };
        let (acceptor, server) = (TlsAcceptor::from(Arc::new(config)), Arc::clone(&tls.server));
        actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                actix_web::rt::spawn(hand_on(acceptor.clone(), stream, Arc::clone(&server)));
            }
        });
        tls
    }

    /// The address that clients see.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// The port that it listens on, as `localhost`.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The certificate, PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Hands connections on to the server at `url`.
    pub fn hand_on_to(&self, url: &str) {
        self.server.set(url.trim_start_matches("http://").to_owned()).unwrap();
    }

    /// A client that believes the certificate and no other.
    pub fn client(&self) -> reqwest::Client {
        let certificate = reqwest::Certificate::from_pem(self.certificate.as_bytes()).unwrap();
        reqwest::Client::builder().tls_certs_only([certificate]).https_only(true).build().unwrap()
    }
}

async fn hand_on(acceptor: TlsAcceptor, stream: TcpStream, server: Arc<OnceLock<String>>) {
    let Ok(mut outside) = acceptor.accept(stream).await else { return };
    let Some(server) = server.get() else { return };
    let Ok(mut inside) = TcpStream::connect(server.as_str()).await else { return };
    // Either side may hang up at any time.
    let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
}
