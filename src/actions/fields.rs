//! Reads the keys of a table that a person wrote (TOML front matter, TOML or JSON of a coalition), and names what is
//! wrong by its key. Knows no publication and no coalition: who reads says which keys there are.

use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use crate::domain::publication::When;
use crate::domain::words::UnknownWord;

/// A text with U+0000 is kept by no PostgreSQL and read by no peer, nor by who verifies a register.
pub(super) const NUL: &str = "it has a NUL character (U+0000), which no peer reads: remove it";

/// What is wrong with a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nobody reads this key.
    #[error("the key `{key}` is unknown here{}", .nearest.as_ref().map(|near| format!(": did you mean `{near}`?")).unwrap_or_else(|| format!(": the keys are {}", .allowed.join(", "))))]
    Unknown {
        /// With its place, such as `points[2].titel`.
        key: String,
        /// The one that was probably meant.
        nearest: Option<String>,
        /// Every key that may stand there.
        allowed: Vec<&'static str>,
    },
    /// The key must be there.
    #[error("`{0}` is missing: write it")]
    Missing(String),
    /// The value cannot be used.
    #[error("`{key}`: {message}")]
    Value {
        /// With its place.
        key: String,
        /// What is wrong, and what to write.
        message: String,
    },
}

/// A table that is being read. Reading takes the key out; an absent key and `null` are the same.
#[derive(Clone, Debug)]
pub struct Fields {
    place: String,
    map: Map<String, Value>,
}

impl Fields {
    /// A table of JSON, at the top of its file.
    pub fn new(map: Map<String, Value>) -> Fields {
        Fields { place: String::new(), map }
    }

    /// What is not read yet, as it was written.
    pub(super) fn whole(&self) -> Map<String, Value> {
        self.map.clone()
    }

    /// Says where the table stands: it goes before its keys in errors.
    pub fn at(mut self, place: &str) -> Fields {
        self.place = format!("{place}.");
        self
    }

    /// A table of TOML: dates become the text that was written.
    pub fn of_toml(table: toml::Table) -> Fields {
        Fields::new(json_table(table))
    }

    /// Refuses a key that is not in `allowed`.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the nearest that is.
    pub fn only(&self, allowed: &[&'static str]) -> Result<(), Error> {
        let Some(key) = self.map.keys().find(|key| !allowed.contains(&key.as_str())) else {
            return Ok(());
        };
        let scored = allowed.iter().map(|word| (strsim::jaro_winkler(key, word), *word));
        let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
        Err(Error::Unknown {
            key: self.key(key),
            nearest: best.filter(|(score, _)| *score > 0.7).map(|(_, word)| word.to_owned()),
            allowed: allowed.to_vec(),
        })
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(|value| !value.is_null())
    }

    /// The key with its place, for errors.
    pub fn key(&self, key: &str) -> String {
        format!("{}{key}", self.place)
    }

    /// An error about a key.
    pub fn wrong(&self, key: &str, message: impl ToString) -> Error {
        Error::Value { key: self.key(key), message: message.to_string() }
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.map.remove(key).filter(|value| !value.is_null())
    }

    /// A text without the space around it; none if nothing is left.
    ///
    /// # Errors
    /// It is no text, or holds a NUL.
    pub fn text(&mut self, key: &str) -> Result<Option<String>, Error> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => self.trimmed(key, &text),
            Some(_) => Err(self.wrong(key, "must be a text: write it between quotes")),
        }
    }

    /// Without the space around it; none if nothing is left.
    pub(super) fn trimmed(&self, key: &str, text: &str) -> Result<Option<String>, Error> {
        if text.contains('\0') {
            return Err(self.wrong(key, NUL));
        }
        let text = text.trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// It is missing or no text.
    pub fn needed(&mut self, key: &str) -> Result<String, Error> {
        self.text(key)?.ok_or_else(|| Error::Missing(self.key(key)))
    }

    /// True or false; false where it is absent.
    ///
    /// # Errors
    /// It is neither.
    pub fn flag(&mut self, key: &str) -> Result<bool, Error> {
        match self.take(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(self.wrong(key, "must be true or false")),
        }
    }

    /// A whole number within `least..=most`.
    ///
    /// # Errors
    /// It is none, or outside.
    pub fn number(&mut self, key: &str, least: u32, most: u32) -> Result<Option<u32>, Error> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        value
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| (least..=most).contains(number))
            .map(Some)
            .ok_or_else(|| self.wrong(key, format!("must be a whole number from {least} to {most}")))
    }

    /// A number or a text such as "8.a", as text.
    ///
    /// # Errors
    /// It is neither.
    pub fn label(&mut self, key: &str) -> Result<Option<String>, Error> {
        match self.map.get(key) {
            Some(Value::Number(number)) => {
                let text = number.to_string();
                self.map.remove(key);
                Ok(Some(text))
            }
            _ => self.text(key),
        }
    }

    /// A word of a closed vocabulary.
    ///
    /// # Errors
    /// It is not one of them: the nearest is named.
    pub fn word<T: FromStr<Err = UnknownWord>>(&mut self, key: &str) -> Result<Option<T>, Error> {
        self.text(key)?.map(|text| text.parse().map_err(|error| self.wrong(key, error))).transpose()
    }

    /// A month, a day or a moment; a moment without an offset is read in `zone`.
    ///
    /// # Errors
    /// It is no date.
    pub fn when(&mut self, key: &str, zone: Tz) -> Result<Option<When>, Error> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        if let Some(local) = local_moment(&text) {
            return match zone.from_local_datetime(&local).earliest() {
                Some(at) => Ok(Some(When::Instant(at.fixed_offset()))),
                None => Err(self.wrong(
                    key,
                    format!("{text} does not exist in {zone}: the clocks were put forward then"),
                )),
            };
        }
        let when = text.parse().map_err(|error| self.wrong(key, error))?;
        Ok(Some(when))
    }

    /// A day.
    ///
    /// # Errors
    /// It is none.
    pub fn day(&mut self, key: &str) -> Result<Option<NaiveDate>, Error> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|_| self.wrong(key, format!("`{text}` is not a day: write it as 2022-12-31")))
    }

    /// A list of texts; empty where it is absent. Empty entries are left out.
    ///
    /// # Errors
    /// It is no list of texts, or one holds a NUL.
    pub fn texts(&mut self, key: &str) -> Result<Vec<String>, Error> {
        let list = match self.take(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(self.not_texts(key)),
        };
        let mut texts = Vec::with_capacity(list.len());
        for value in list {
            let text = value.as_str().ok_or_else(|| self.not_texts(key))?;
            texts.extend(self.trimmed(key, text)?);
        }
        Ok(texts)
    }

    fn not_texts(&self, key: &str) -> Error {
        self.wrong(key, "must be a list of texts, such as [\"one\", \"two\"]")
    }

    /// A list of words of a closed vocabulary.
    ///
    /// # Errors
    /// One is not of it.
    pub fn words<T: FromStr<Err = UnknownWord>>(&mut self, key: &str) -> Result<Vec<T>, Error> {
        let texts = self.texts(key)?;
        texts.iter().map(|text| text.parse().map_err(|error| self.wrong(key, error))).collect()
    }

    /// A list of values, as they are.
    ///
    /// # Errors
    /// It is no list.
    pub fn values(&mut self, key: &str) -> Result<Vec<Value>, Error> {
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(self.wrong(key, "must be a list")),
        }
    }

    /// A table.
    ///
    /// # Errors
    /// It is none.
    pub fn table(&mut self, key: &str) -> Result<Option<Fields>, Error> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Fields::new(map).at(&self.key(key)))),
            Some(_) => Err(self.wrong(key, format!("must be a table: write [{key}]"))),
        }
    }

    /// A list of tables, each of which knows its place.
    ///
    /// # Errors
    /// It is no list of tables.
    pub fn tables(&mut self, key: &str) -> Result<Vec<Fields>, Error> {
        let mut tables = Vec::new();
        for (index, value) in (1_usize..).zip(self.values(key)?) {
            let Value::Object(map) = value else {
                return Err(self.wrong(key, format!("must be tables: write [[{key}]]")));
            };
            tables.push(Fields::new(map).at(&format!("{}[{index}]", self.key(key))));
        }
        Ok(tables)
    }
}

fn local_moment(text: &str) -> Option<NaiveDateTime> {
    let text = text.replacen(' ', "T", 1);
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
}

fn json_table(table: toml::Table) -> Map<String, Value> {
    table.into_iter().map(|(key, value)| (key, json(value))).collect()
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        // JSON has no such numbers: as texts they are refused where a number must be.
        toml::Value::Float(number) if !number.is_finite() => Value::String(number.to_string()),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(at) => Value::String(at.to_string()),
        toml::Value::Array(list) => Value::Array(list.into_iter().map(json).collect()),
        toml::Value::Table(table) => Value::Object(json_table(table)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn fields(text: &str) -> Fields {
        Fields::of_toml(text.parse().unwrap())
    }

    #[test]
    fn an_unknown_key_is_refused_by_name_with_the_nearest() {
        let error = fields("titel = 'a'").only(&["title", "tags"]).unwrap_err();
        assert_eq!(error.to_string(), "the key `titel` is unknown here: did you mean `title`?");
    }

    #[test]
    fn a_moment_without_offset_is_read_in_its_time_zone() {
        let mut read = fields("a = 2021-07-01T14:00:00\nb = '2021-03-28 02:30'\nc = '2021-09'");
        let zone = Tz::Europe__Paris;
        let a = read.when("a", zone).unwrap().unwrap();
        assert_eq!(a.to_string(), "2021-07-01T14:00:00+02:00");
        assert!(read.when("b", zone).unwrap_err().to_string().contains("does not exist"));
        assert_eq!(read.when("c", zone).unwrap().unwrap().to_string(), "2021-09");
    }

    #[test]
    fn a_number_has_bounds_and_a_table_knows_its_place() {
        let mut read = fields("quorum = 0\n[[points]]\n[[points]]\ntitel = 'a'");
        assert!(read.number("quorum", 1, 9).is_err());
        let points = read.tables("points").unwrap();
        let error = points.last().unwrap().only(&["title"]).unwrap_err();
        assert!(error.to_string().starts_with("the key `points[2].titel`"));
    }
}
