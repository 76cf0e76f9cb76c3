//! From a few words, key, tempo, chords, texture, to notes. Deterministic: a piece always has the same notes.

/// A sound of the synthesiser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instrument {
    Pad,
    Pluck,
    Bell,
    Bass,
    Kick,
    Hat,
}

/// One note: when, how long, how high, how loud, and where between left (-1) and right (1).
#[derive(Clone, Copy, Debug)]
pub struct Note {
    pub instrument: Instrument,
    pub start_s: f32,
    pub length_s: f32,
    /// MIDI note number, 69 is 440 Hz.
    pub key: f32,
    pub loudness: f32,
    pub pan: f32,
}

impl Note {
    pub fn pitch_hz(&self) -> f32 {
        440.0 * 2f32.powf((self.key - 69.0) / 12.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Major,
    Minor,
    Dorian,
}

/// How the chords are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texture {
    /// Long chords under slow bells.
    Drift,
    /// Broken chords over a bass.
    Ripple,
    /// Three beats: bass, chord, chord, and a tune.
    Waltz,
    /// A beat with drums.
    Clockwork,
}

/// A piece of music in a few words.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// MIDI note number of the tonic, near 48.
    pub tonic: u8,
    pub mode: Mode,
    pub beats_a_minute: u16,
    pub bars: u16,
    pub texture: Texture,
    /// Degrees of the scale from 0, one a bar, over and over.
    pub chords: &'static [u8],
    /// Another number, another tune.
    pub seed: u32,
}

/// The last chord rings on for this long.
const TAIL_S: f32 = 3.5;

impl Piece {
    pub fn beat_s(&self) -> f32 {
        60.0 / f32::from(self.beats_a_minute)
    }

    fn beats_a_bar(&self) -> u16 {
        if self.texture == Texture::Waltz { 3 } else { 4 }
    }

    pub fn seconds(&self) -> f32 {
        f32::from(self.bars * self.beats_a_bar()) * self.beat_s() + TAIL_S
    }

    /// The key `degree` steps of the scale above the tonic.
    fn key(&self, degree: u8) -> f32 {
        let steps: [u8; 7] = match self.mode {
            Mode::Major => [0, 2, 4, 5, 7, 9, 11],
            Mode::Minor => [0, 2, 3, 5, 7, 8, 10],
            Mode::Dorian => [0, 2, 3, 5, 7, 9, 10],
        };
        f32::from(self.tonic + 12 * (degree / 7) + steps[usize::from(degree % 7)])
    }
}

/// All notes of `piece`, bar by bar.
pub fn notes(piece: &Piece) -> Vec<Note> {
    let mut writer = Writer { piece, dice: Dice::new(piece.seed), bar: 0, chord: 0, tune: 9, notes: Vec::new() };
    for bar in 0..piece.bars {
        writer.bar = bar;
        writer.chord = piece.chords[usize::from(bar) % piece.chords.len()];
        match piece.texture {
            Texture::Drift => writer.drift(),
            Texture::Ripple => writer.ripple(),
            Texture::Waltz => writer.waltz(),
            Texture::Clockwork => writer.clockwork(),
        }
    }
    writer.notes
}

struct Writer<'a> {
    piece: &'a Piece,
    dice: Dice,
    bar: u16,
    chord: u8,
    /// Degree of the tune's last note: it walks from there.
    tune: u8,
    notes: Vec<Note>,
}

impl Writer<'_> {
    /// Writes a note at `beat` of this bar for `beats`, `degree` steps above the tonic.
    fn note(&mut self, instrument: Instrument, beat: f32, beats: f32, degree: u8, loudness: f32, pan: f32) {
        let start_s = (f32::from(self.bar * self.piece.beats_a_bar()) + beat) * self.piece.beat_s();
        let shift = if instrument == Instrument::Bass { -12.0 } else { 0.0 };
        let key = match instrument {
            Instrument::Kick => 57.0,
            // low enough that the noise does not come round within a stroke
            Instrument::Hat => 16.6,
            _ => self.piece.key(degree) + shift,
        };
        self.notes.push(Note { instrument, start_s, length_s: beats * self.piece.beat_s(), key, loudness, pan });
    }

    fn pad(&mut self, loudness: f32) {
        let beats = f32::from(self.piece.beats_a_bar());
        for (third, pan) in [(0, -0.6), (2, 0.0), (4, 0.6)] {
            self.note(Instrument::Pad, 0.0, beats, self.chord + third, loudness, pan);
        }
    }

    /// A step of the tune: up to two degrees from the last note, drawn to the chord on strong beats.
    fn sing(&mut self, instrument: Instrument, beat: f32, beats: f32, loudness: f32) {
        let walked = (self.tune + self.dice.below(5) as u8).saturating_sub(2).clamp(7, 16);
        let distance = (walked + 14 - self.chord) % 7;
        self.tune = if beat == 0.0 && distance % 2 == 1 { walked - 1 } else { walked };
        let pan = if self.dice.below(2) == 0 { -0.3 } else { 0.3 };
        self.note(instrument, beat, beats, self.tune, loudness, pan);
    }

    fn drift(&mut self) {
        self.pad(0.30);
        self.note(Instrument::Bass, 0.0, 3.6, self.chord, 0.34, 0.0);
        for beat in [0.0, 1.5, 2.0, 3.0] {
            if self.dice.below(5) < 3 {
                self.sing(Instrument::Bell, beat, 1.5, 0.30);
            }
        }
    }

    fn ripple(&mut self) {
        if self.bar >= 2 {
            self.pad(0.14);
        }
        self.note(Instrument::Bass, 0.0, 1.8, self.chord, 0.40, 0.0);
        self.note(Instrument::Bass, 2.0, 1.8, self.chord + 4, 0.32, 0.0);
        for (step, degree) in [0u8, 2, 4, 7, 9, 7, 4, 2].into_iter().enumerate() {
            let pan = 0.5 - step as f32 / 7.0;
            self.note(Instrument::Pluck, step as f32 * 0.5, 0.9, self.chord + degree, 0.26, pan);
        }
        if self.bar >= 4 && self.bar.is_multiple_of(2) {
            self.sing(Instrument::Bell, 0.0, 2.0, 0.24);
            self.sing(Instrument::Bell, 2.5, 1.5, 0.20);
        }
    }

    fn waltz(&mut self) {
        self.note(Instrument::Bass, 0.0, 0.9, self.chord, 0.42, 0.0);
        for beat in [1.0, 2.0] {
            for (third, pan) in [(2, -0.4), (4, 0.1), (7, 0.4)] {
                self.note(Instrument::Pluck, beat, 0.6, self.chord + third, 0.17, pan);
            }
        }
        self.sing(Instrument::Bell, 0.0, 1.0, 0.30);
        if self.dice.below(3) > 0 {
            self.sing(Instrument::Bell, 1.0, 1.0, 0.24);
        }
        if self.dice.below(2) == 0 {
            self.sing(Instrument::Bell, 2.0, 0.5, 0.22);
        }
    }

    fn clockwork(&mut self) {
        self.pad(0.10);
        for beat in 0u8..4 {
            let at = f32::from(beat);
            self.note(Instrument::Hat, at + 0.5, 0.1, 0, 0.10, 0.25);
            self.note(Instrument::Bass, at, 0.4, self.chord, 0.36, 0.0);
            self.note(Instrument::Bass, at + 0.5, 0.3, self.chord + 7, 0.22, 0.0);
            if beat % 2 == 0 {
                self.note(Instrument::Kick, at, 0.3, 0, 0.62, 0.0);
            } else {
                self.note(Instrument::Hat, at, 0.16, 0, 0.22, -0.2);
            }
            let degree = [0u8, 4, 7, 2][self.dice.below(4) as usize];
            self.note(Instrument::Pluck, at + 0.25, 0.3, self.chord + degree + 7, 0.16, 0.5);
            if self.bar >= 2 && self.dice.below(3) > 0 {
                self.sing(Instrument::Pluck, at, 0.7, 0.27);
            }
        }
    }
}

/// Repeatable chance: xorshift32 (Marsaglia 2003).
pub struct Dice(u32);

impl Dice {
    pub fn new(seed: u32) -> Self {
        Self(seed.wrapping_mul(2_654_435_769) | 1)
    }

    /// A number below `sides`.
    pub fn below(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) % sides
    }
}
