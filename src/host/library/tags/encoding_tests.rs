use encoding_rs::{BIG5, EUC_JP, EUC_KR, GBK, KOI8_U, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1253};
use proptest::prelude::*;

use super::*;

/// What the texts of a file become after their bytes were taken for ISO 8859-1.
fn through(encoding: &'static Encoding, texts: &[&str]) -> Vec<String> {
    let mut values: Vec<Value> = texts
        .iter()
        .map(|text| {
            let (bytes, _, is_lost) = encoding.encode(text);
            assert!(!is_lost, "{text} cannot be written in {}", encoding.name());
            Value { text: bytes.iter().map(|byte| char::from(*byte)).collect(), is_raw: true }
        })
        .collect();
    decode(&mut values.iter_mut().collect::<Vec<_>>());
    values.into_iter().map(|value| value.text).collect()
}

#[test]
fn western_texts_stay_what_they_are() {
    let songs: [&[&str]; 50] = [
        &["ÄÖÜ"],
        &["ÅÄÖ", "Sånger"],
        &["¡¡¡Ay!!!"],
        &["«Été»"],
        &["Æøå"],
        &["…………"],
        &["© ® ™"],
        &["½ ¾"],
        &["Señor Coconut", "ÁÉÍÓÚ"],
        &["Ääni", "Öö"],
        &["Björk"],
        &["Sigur Rós"],
        &["Sigur Rós", "Ágætis byrjun", "Svefn-g-englar"],
        &["Motörhead", "Ace of Spades"],
        &["Café"],
        &["Café Tacvba", "Re"],
        &["Mötley Crüe", "Dr. Feelgood"],
        &["Queensrÿche"],
        &["Blue Öyster Cult"],
        &["Hüsker Dü", "Zen Arcade"],
        &["Beyoncé"],
        &["Céline Dion", "D'eux"],
        &["Édith Piaf", "Non, je ne regrette rien"],
        &["Françoise Hardy", "Tous les garçons et les filles"],
        &["Caetano Veloso", "Coração Vagabundo"],
        &["João Gilberto", "Chega de Saudade"],
        &["Sérgio Mendes", "Mas Que Nada"],
        &["Jónsi", "Go"],
        &["Ásgeir", "Dýrð í dauðaþögn"],
        &["Mø"],
        &["Røyksopp", "Melody A.M."],
        &["Kråkesølv", "Trådnøsting"],
        &["Håkan Hellström", "Känn ingen sorg för mig Göteborg"],
        &["Die Ärzte", "Männer sind Schweine"],
        &["Die Ärzte", "Ärzte"],
        &["Nico", "Für Elise"],
        &["Die Toten Hosen", "Opel-Gang", "Größenwahn"],
        &["Jürgen Marcus"],
        &["Ænima"],
        &["Tool", "Ænima", "Ænema"],
        &["Maná", "¿Dónde Jugarán Los Niños?"],
        &["Los Ángeles Azules", "Cómo Te Voy A Olvidar"],
        &["Zoé", "Soñé"],
        &["Antônio Carlos Jobim", "Águas de Março"],
        &["Noir Désir", "À l'envers, à l'endroit"],
        &["Ólafur Arnalds", "Þú ert jörðin"],
        &["Don’t Stop", "“Live”"],
        &["naïve", "Zoë", "façade"],
        &["Ñu"],
        &["Ö"],
    ];
    for song in songs {
        assert_eq!(through(WINDOWS_1252, song), song, "{song:?}");
    }
}

#[test]
fn texts_of_other_systems_are_recognised() {
    let songs: [(&'static Encoding, &[&str]); 25] = [
        (SHIFT_JIS, &["宇多田ヒカル", "ファースト・ラブ", "First Love"]),
        (SHIFT_JIS, &["スピッツ", "ロビンソン"]),
        (SHIFT_JIS, &["坂本龍一", "戦場のメリークリスマス"]),
        (SHIFT_JIS, &["浜崎あゆみ"]),
        (EUC_JP, &["宇多田ヒカル", "ファースト・ラブ"]),
        (GBK, &["王菲", "红豆", "唱游"]),
        (GBK, &["邓丽君", "月亮代表我的心"]),
        (GBK, &["崔健", "一无所有"]),
        (BIG5, &["周杰倫", "七里香", "我的地盤"]),
        (BIG5, &["張學友", "吻別", "華語流行"]),
        (EUC_KR, &["서태지와 아이들", "난 알아요"]),
        (EUC_KR, &["조용필", "돌아와요 부산항에"]),
        (WINDOWS_1251, &["Кино", "Группа крови"]),
        (WINDOWS_1251, &["Кино"]),
        (WINDOWS_1251, &["Земфира", "Хочешь?", "Прости меня моя любовь"]),
        (WINDOWS_1251, &["ДДТ", "Осень"]),
        (WINDOWS_1251, &["Океан Ельзи", "Відпусти"]),
        (WINDOWS_1251, &["Аквариум", "Rock", "Город золотой"]),
        (KOI8_U, &["Аквариум", "Город золотой"]),
        (WINDOWS_1250, &["Czesław Niemen", "Dziwny jest ten świat", "Płonąca stodoła"]),
        (WINDOWS_1250, &["Karel Gott", "Včelka Mája", "Když muž se ženou snídá", "Přátelé zelených údolí"]),
        (WINDOWS_1250, &["Marta Kubišová", "Modlitba pro Martu", "Ať mír dál zůstává s touto krajinou", "Zlá řeč"]),
        (WINDOWS_1253, &["Μίκης Θεοδωράκης", "Ζορμπάς"]),
        (UTF_8, &["Björk", "Jóga"]),
        (UTF_8, &["宇多田ヒカル", "Кино", "Plain"]),
    ];
    for (encoding, song) in songs {
        let read = if encoding == UTF_8 { utf_8_through(song) } else { through(encoding, song) };
        assert_eq!(read, song, "{}", encoding.name());
    }
}

fn utf_8_through(texts: &[&str]) -> Vec<String> {
    let as_bytes = |text: &&str| lone(true, text.bytes().map(char::from).collect());
    texts.iter().map(as_bytes).collect()
}

#[test]
fn fixed_fields_may_end_within_a_character() {
    let text = "宇多田ヒカル 宇多田ヒカル";
    let cut: String = text.bytes().take(29).map(char::from).collect();
    assert_eq!(lone(true, cut), "宇多田ヒカル 宇多田");
}

#[test]
fn files_of_text_have_any_encoding() {
    assert_eq!(file(b"\xef\xbb\xbfBj\xc3\xb6rk"), "Björk");
    assert_eq!(file(b"\xff\xfeH\0i\0"), "Hi");
    assert_eq!(file(b"Bj\xf6rk"), "Björk");
    assert_eq!(file(&SHIFT_JIS.encode("宇多田ヒカル").0), "宇多田ヒカル");
}

proptest! {
    #[test]
    fn any_bytes_are_some_text(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let text = lone(true, bytes.iter().map(|byte| char::from(*byte)).collect());
        prop_assert!(bytes.is_empty() || !text.is_empty());
    }

    #[test]
    fn plain_text_stays(text in "[ -~]{0,60}") {
        prop_assert_eq!(lone(true, text.clone()), text);
    }
}
