//! jsonwebtoken as bench/harness/part_peers.py asks each peer: `gate`, `seen`, `unseen`, and `serve` with axum.

mod postgres_tasks;
mod sqlite_tasks;
mod tasks;

use std::{
    collections::HashMap,
    env,
    hint::black_box,
    io::{Read, stdin},
    net::Ipv4Addr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    routing::get,
    serve::ListenerExt,
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::{Deserialize, Serialize};
use tasks::{Page, Tasks};

#[derive(Deserialize, Serialize)]
struct Claims {
    sub: String,
    uuid: String,
    email: String,
    name: String,
    sid: String,
    iat: u64,
    exp: u64,
    iss: String,
    aud: String,
}

struct Verifier {
    keys: HashMap<String, DecodingKey>, // made once, as jsonwebtoken's README says
    validation: Validation,
}

impl Verifier {
    fn from_environment() -> Self {
        let origin = env::var("BETTER_AUTH_URL").unwrap();
        let algorithm: Algorithm = env::var("ALGORITHM").unwrap().parse().unwrap();
        let set: JwkSet = serde_json::from_str(&env::var("JWKS").unwrap()).unwrap();
        let mut validation = Validation::new(algorithm);
        validation.set_audience(&[&origin]);
        validation.set_issuer(&[&origin]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let keys = set.keys.iter().map(|key| (key.common.key_id.clone().unwrap(), DecodingKey::from_jwk(key).unwrap()));
        Self { keys: keys.collect(), validation }
    }

    fn verify(&self, token: &str) -> Option<Claims> {
        let key = self.keys.get(&decode_header(token).ok()?.kid?)?;
        Some(decode::<Claims>(token, key, &self.validation).ok()?.claims)
    }
}

fn processor_time() -> Duration {
    let mut spent = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut spent) }, 0);
    Duration::new(spent.tv_sec as u64, spent.tv_nsec as u32)
}

/// Verifies them in turn until the time is over; the first quarter is not counted.
fn nanoseconds<'a>(
    verifier: &Verifier,
    tokens: impl Iterator<Item = &'a str>,
    warm_up: usize,
    seconds: Duration,
) -> f64 {
    let mut tokens = tokens.map(|token| black_box(verifier.verify(token)).expect("the token is good"));
    tokens.by_ref().take(warm_up).for_each(drop);
    let (began, end) = (processor_time(), Instant::now() + seconds);
    let mut count = 0;
    while Instant::now() < end {
        let verified = tokens.by_ref().take(100).count();
        count += verified;
        if verified < 100 {
            break;
        }
    }
    (processor_time() - began).as_nanos() as f64 / count as f64
}

struct Served {
    verifier: Verifier,
    tasks: Option<Tasks>,
}

fn signed_in(verifier: &Verifier, headers: &HeaderMap) -> Result<Claims, StatusCode> {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = sent.and_then(|value| value.strip_prefix("Bearer "));
    token.and_then(|token| verifier.verify(token)).ok_or(StatusCode::UNAUTHORIZED)
}

async fn me(State(served): State<Arc<Served>>, headers: HeaderMap) -> Result<Json<Claims>, StatusCode> {
    signed_in(&served.verifier, &headers).map(Json)
}

async fn page(
    State(served): State<Arc<Served>>,
    Path(owner): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Page>, StatusCode> {
    if signed_in(&served.verifier, &headers)?.uuid != owner {
        return Err(StatusCode::FORBIDDEN);
    }
    let tasks = served.tasks.as_ref().ok_or(StatusCode::NOT_FOUND)?;
    tasks.page(&owner).await.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

fn serve(verifier: Verifier) {
    let port: u16 = env::var("PORT").unwrap().parse().unwrap();
    let served = Arc::new(Served { verifier, tasks: Tasks::from_environment() });
    let routes = Router::new().route("/api/v1/me", get(me)).route("/api/v1/{user_id}/tasks", get(page));
    let app = routes.with_state(served);
    // One thread for one core.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let listener = listener.tap_io(|socket| socket.set_nodelay(true).unwrap());
        axum::serve(listener, app).await.unwrap();
    });
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let verifier = Verifier::from_environment();
    if arguments[1] == "serve" {
        return serve(verifier);
    }
    let mut text = String::new();
    stdin().read_to_string(&mut text).unwrap();
    let tokens: Vec<&str> = text.lines().collect();
    if arguments[1] == "gate" {
        for token in tokens {
            println!("{}", if verifier.verify(token).is_some() { "accepted" } else { "refused" });
        }
        return;
    }
    let (warm_up, seconds) = (tokens.len() / 4, Duration::from_secs_f64(arguments[2].parse().unwrap()));
    let ns = match arguments[1].as_str() {
        "seen" => nanoseconds(&verifier, std::iter::repeat(tokens[0]), warm_up, seconds),
        "unseen" => nanoseconds(&verifier, tokens.into_iter(), warm_up, seconds),
        unknown => panic!("{unknown}: gate, seen, unseen or serve"),
    };
    println!("{ns}");
}
