//! What the program knows about its subject, without I/O, clock, database or framework.
//!
//! # Glossary
//!
//! One word for a thing, in Rust, SQL, JSON and logs.
//!
//! | word | meaning |
//! |---|---|
//! | unit | a province, (former) district, commune, hamlet, agency, enterprise or school, valid for a span of days |
//! | hamlet | a residential area (thôn, bản, ấp, tổ dân phố …), the unit that reports |
//! | commune | xã, phường or đặc khu, the unit that supervises |
//! | indicator | something that is counted (theft, accidents, meetings …), known by its code (`TC`) |
//! | catalogue | all indicators of the installation |
//! | period | a reporting month, labelled `YYYY-MM`; which days it covers says the [`period::Calendar`] |
//! | span | a first and a last day, both included |
//! | person, post | a human being; a role held at a unit for a span of days |
//! | device | a log-in of a person who reports, bound to a telephone ([`log_in`]) |
//! | message | an SMS, in or out |
//! | reading | what the program understood of a text, by itself ([`shortcode`]) |
//! | report | a month return or an incident, kept as a chain of versions |
//! | return | a hamlet's account of one month |
//! | incident | an event told with its day |
//! | value | the current figure of an indicator for a unit and a period |
//! | total | the sum of the values of a commune's hamlets |
//! | question | something asked back by SMS that the next text answers |
//! | document, revision | a report as phones hold it, and one client's edit of it ([`sync`]) |
//! | reply | the one text that answers a text |
//! | review | the yearly look at whether a unit meets the standard, by a scheme's criteria ([`review`]) |
//! | reminder | what a person is told once, since a step of a unit is still open ([`reminder`]) |
//! | occasion, run | a moment at which a rule reminds; all occasions of one moment |
//! | scheme | a regulation of the review as data: kinds of unit, days, documents, criteria with their rules |
//! | answer, fact | what people concluded of a criterion; what they entered for one |
//! | evidence | a file of a review |
//! | judgement | what the police say of an incident: how grave, what excuses it |
//! | programme | a province's account of several years ([`programme`]) |
//! | proposal | what the program says of a criterion, with the figures behind it; a person concludes |

pub mod access;
pub mod calendar;
pub mod duty;
pub mod form;
pub mod ids;
pub mod indicator;
pub mod intake;
pub mod log_in;
pub mod message;
pub mod outbound;
pub mod period;
pub mod phone;
pub mod programme;
pub mod rates;
pub mod reminder;
pub mod reply;
pub mod review;
pub mod shortcode;
pub mod sync;
pub mod template;
