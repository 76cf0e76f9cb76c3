//! Codecs' names for people.

/// By the kind of an MP4 sample entry.
pub fn mp4_name(kind: [u8; 4]) -> String {
    let known = match &kind {
        b"avc1" | b"avc2" | b"avc3" | b"avc4" => "H.264",
        b"hvc1" | b"hev1" => "HEVC",
        b"dvh1" | b"dvhe" | b"dva1" | b"dvav" => "Dolby Vision",
        b"av01" => "AV1",
        b"vp08" => "VP8",
        b"vp09" => "VP9",
        b"mp4v" => "MPEG-4",
        b"mp1v" => "MPEG-1",
        b"mp2v" | b"m2v1" | b"mx3n" | b"mx5n" | b"hdv2" | b"hdv3" => "MPEG-2",
        b"s263" | b"h263" => "H.263",
        b"jpeg" | b"mjpa" | b"mjpb" => "Motion JPEG",
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => "ProRes",
        b"SVQ1" | b"SVQ3" => "Sorenson Video",
        b"mp4a" => "AAC",
        b".mp3" => "MP3",
        b"ac-3" | b"sac3" => "AC-3",
        b"ec-3" => "E-AC-3",
        b"ac-4" => "AC-4",
        b"alac" => "ALAC",
        b"fLaC" => "FLAC",
        b"Opus" => "Opus",
        b"dtsc" | b"dtse" | b"dtsh" | b"dtsl" | b"dtsx" => "DTS",
        b"mlpa" => "TrueHD",
        b"samr" | b"sawb" => "AMR",
        b"ulaw" | b"alaw" => "G.711",
        b"sowt" | b"twos" | b"lpcm" | b"ipcm" | b"fpcm" | b"in24" | b"in32" | b"fl32" | b"fl64" | b"raw " | b"NONE" | b"s16l" => "PCM",
        _ => return String::from_utf8_lossy(&kind).trim().to_owned(),
    };
    known.to_owned()
}

/// By Matroska's codec id (RFC 9559's registry).
pub fn matroska_name(id: &str) -> String {
    const KNOWN: [(&str, &str); 34] = [
        ("V_MPEG4/ISO/AVC", "H.264"),
        ("V_MPEGH/ISO/HEVC", "HEVC"),
        ("V_AV1", "AV1"),
        ("V_VP8", "VP8"),
        ("V_VP9", "VP9"),
        ("V_MPEG4/", "MPEG-4"),
        ("V_MPEG1", "MPEG-1"),
        ("V_MPEG2", "MPEG-2"),
        ("V_THEORA", "Theora"),
        ("V_MJPEG", "Motion JPEG"),
        ("V_PRORES", "ProRes"),
        ("V_FFV1", "FFV1"),
        ("V_MS/VFW", "AVI video"),
        ("V_QUICKTIME", "QuickTime video"),
        ("V_UNCOMPRESSED", "Uncompressed"),
        ("A_AAC", "AAC"),
        ("A_OPUS", "Opus"),
        ("A_FLAC", "FLAC"),
        ("A_VORBIS", "Vorbis"),
        ("A_MPEG/L3", "MP3"),
        ("A_MPEG/L", "MP2"),
        ("A_AC3", "AC-3"),
        ("A_EAC3", "E-AC-3"),
        ("A_DTS", "DTS"),
        ("A_TRUEHD", "TrueHD"),
        ("A_MLP", "MLP"),
        ("A_ALAC", "ALAC"),
        ("A_PCM", "PCM"),
        ("A_WAVPACK4", "WavPack"),
        ("A_TTA1", "TTA"),
        ("A_REAL", "RealAudio"),
        ("S_HDMV/PGS", "PGS"),
        ("S_VOBSUB", "VobSub"),
        ("S_DVBSUB", "DVB subtitles"),
    ];
    KNOWN.iter().find(|(start, _)| id.starts_with(start)).map_or_else(|| id.to_owned(), |(_, name)| (*name).to_owned())
}
