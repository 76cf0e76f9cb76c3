//! A wavetable synthesiser, cheap enough to be quick in a build without optimisation: its inner loop is plain indexing.

use std::f32::consts::TAU;

use super::score::{self, Instrument, Note, Piece};

/// Entries of a wavetable: read without interpolation, its steps stay 78 dB below the tone.
const TABLE: usize = 8192;
/// One frame is a left and a right sample of 16 bits.
pub const BYTES_A_FRAME: usize = 4;
const PEAK: f32 = 0.72;
const FADE_S: f32 = 2.0;

/// Interleaved stereo, signed 16 bits, little endian.
pub struct Pcm {
    pub rate_hz: u32,
    pub bytes: Vec<u8>,
}

impl Pcm {
    pub fn frames(&self) -> usize {
        self.bytes.len() / BYTES_A_FRAME
    }
}

/// Plays all notes of `piece`. The same piece gives the same samples each time.
pub fn render(piece: &Piece, rate_hz: u32) -> Pcm {
    let rate = rate_hz as f32;
    let frames = (piece.seconds() * rate) as usize;
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    let voices = Voices::new();
    for note in score::notes(piece) {
        voices.play(&note, rate, &mut left, &mut right);
    }
    echo(&mut left, &mut right, (piece.beat_s() * 0.75 * rate) as usize);
    quantise(&left, &right, rate_hz)
}

/// How an instrument sounds: its harmonics and the shape of its loudness.
struct Voice {
    table: Vec<f32>,
    attack_s: f32,
    /// Time to fall by 60 dB while held, and after it is let go.
    decay_s: f32,
    release_s: f32,
    /// Pitch multiplied this often a second: a drum falls.
    bend: f32,
}

struct Voices([Voice; 6]);

impl Voices {
    fn new() -> Self {
        let voice = |table, attack_s, decay_s, release_s, bend| Voice { table, attack_s, decay_s, release_s, bend };
        Self([
            voice(harmonics(&[1.0, 0.5, 0.28, 0.12, 0.07, 0.03]), 0.6, 30.0, 1.6, 1.0),
            voice(harmonics(&[1.0, 0.6, 0.36, 0.3, 0.16, 0.1, 0.06, 0.04]), 0.004, 1.5, 0.3, 1.0),
            voice(harmonics(&[1.0, 0.0, 0.0, 0.34, 0.0, 0.0, 0.0, 0.0, 0.12]), 0.003, 3.0, 1.2, 1.0),
            voice(harmonics(&[1.0, 0.42, 0.1, 0.04]), 0.012, 4.0, 0.25, 1.0),
            voice(harmonics(&[1.0]), 0.002, 0.45, 0.1, 0.0002),
            voice(noise(), 0.001, 0.12, 0.03, 1.0),
        ])
    }

    fn play(&self, note: &Note, rate: f32, left: &mut [f32], right: &mut [f32]) {
        let voice = &self.0[match note.instrument {
            Instrument::Pad => 0,
            Instrument::Pluck => 1,
            Instrument::Bell => 2,
            Instrument::Bass => 3,
            Instrument::Kick => 4,
            Instrument::Hat => 5,
        }];
        let held = (note.length_s * rate) as usize;
        let attack = ((voice.attack_s * rate) as usize).clamp(1, held.max(1));
        let fall = |seconds: f32| 0.001f32.powf(1.0 / (seconds * rate));
        let mut tone = Tone {
            at: (note.start_s * rate) as usize,
            phase: 0.0,
            step: note.pitch_hz() * TABLE as f32 / rate,
            bend: voice.bend.powf(1.0 / rate),
            level: 0.0,
            left: note.loudness * (1.0 - note.pan) * 0.5,
            right: note.loudness * (1.0 + note.pan) * 0.5,
        };
        tone.run(&voice.table, attack, 1.0, 1.0 / attack as f32, left, right);
        tone.run(&voice.table, held.saturating_sub(attack), fall(voice.decay_s), 0.0, left, right);
        tone.run(&voice.table, (voice.release_s * rate) as usize, fall(voice.release_s), 0.0, left, right);
    }
}

/// A note while it sounds.
struct Tone {
    at: usize,
    phase: f32,
    step: f32,
    bend: f32,
    level: f32,
    left: f32,
    right: f32,
}

impl Tone {
    /// Adds `frames` frames to the mix; the level goes `level * grow + add` each frame. Indexed and not iterated, because
    /// that is several times as quick where nothing is inlined.
    fn run(&mut self, table: &[f32], frames: usize, grow: f32, add: f32, left: &mut [f32], right: &mut [f32]) {
        let end = if self.at + frames < left.len() { self.at + frames } else { left.len() };
        while self.at < end {
            let sample = table[self.phase as usize] * self.level;
            left[self.at] += sample * self.left;
            right[self.at] += sample * self.right;
            self.level = self.level * grow + add;
            self.step *= self.bend;
            self.phase += self.step;
            if self.phase >= TABLE as f32 {
                self.phase -= TABLE as f32;
            }
            self.at += 1;
        }
    }
}

fn harmonics(levels: &[f32]) -> Vec<f32> {
    let sum: f32 = levels.iter().sum();
    let sample = |i: usize| -> f32 {
        let angle = TAU * i as f32 / TABLE as f32;
        levels.iter().zip(1u8..).map(|(level, harmonic)| level * (angle * f32::from(harmonic)).sin()).sum()
    };
    (0..TABLE).map(|i| sample(i) / sum).collect()
}

fn noise() -> Vec<f32> {
    let mut dice = score::Dice::new(7);
    (0..TABLE).map(|_| dice.below(2001) as f32 / 1000.0 - 1.0).collect()
}

/// Each side answers the other, more softly.
fn echo(left: &mut [f32], right: &mut [f32], delay: usize) {
    let mut at = delay;
    while at < left.len() {
        left[at] += right[at - delay] * 0.34;
        right[at] += left[at - delay] * 0.28;
        at += 1;
    }
}

/// Brings the loudest sample to [`PEAK`], fades the end out, and rounds to 16 bits.
fn quantise(left: &[f32], right: &[f32], rate_hz: u32) -> Pcm {
    let loudest = loudest(left).max(loudest(right)).max(0.001);
    let gain = PEAK / loudest * f32::from(i16::MAX);
    let fade_frames = FADE_S * rate_hz as f32;
    let mut bytes = vec![0; left.len() * BYTES_A_FRAME];
    let out = &mut bytes[..];
    let mut at = 0;
    while at < left.len() {
        let rest = (left.len() - at) as f32;
        let faded = if rest < fade_frames { gain * rest / fade_frames } else { gain };
        let (l, r) = ((left[at] * faded) as i16 as u16, (right[at] * faded) as i16 as u16);
        let to = at * BYTES_A_FRAME;
        out[to] = (l & 0xff) as u8;
        out[to + 1] = (l >> 8) as u8;
        out[to + 2] = (r & 0xff) as u8;
        out[to + 3] = (r >> 8) as u8;
        at += 1;
    }
    Pcm { rate_hz, bytes }
}

fn loudest(samples: &[f32]) -> f32 {
    let (mut highest, mut lowest) = (0.0, 0.0);
    let mut at = 0;
    while at < samples.len() {
        if samples[at] > highest {
            highest = samples[at];
        } else if samples[at] < lowest {
            lowest = samples[at];
        }
        at += 1;
    }
    if -lowest > highest { -lowest } else { highest }
}
