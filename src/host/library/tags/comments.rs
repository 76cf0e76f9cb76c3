//! Vorbis comments: FLAC, Ogg Vorbis, Opus and Speex.

use lofty::ogg::OggPictureStorage;
use lofty::ogg::tag::VorbisComments;
use lofty::picture::{Picture, PictureType};

use super::fields::Fields;
use super::key::Key;

pub(super) fn push(comments: &VorbisComments, fields: &mut Fields) {
    for (name, value) in comments.items() {
        if let Some(key) = Key::named(name) {
            fields.push(key, value);
        }
    }
    pictures(comments.pictures(), fields);
}

pub(super) fn pictures<T>(pictures: &[(Picture, T)], fields: &mut Fields) {
    for (picture, _) in pictures {
        fields.push_picture(picture.pic_type() == PictureType::CoverFront, || picture.data().to_vec());
    }
}
