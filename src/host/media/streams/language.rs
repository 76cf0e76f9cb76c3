//! Languages as files name them (ISO 639-2) and as the web does (BCP 47).

/// ISO 639-2 codes, the terminological and the bibliographic one, that have a shorter one in ISO 639-1.
const SHORTER: &str = "\
aar aa,abk ab,afr af,aka ak,alb sq,sqi sq,amh am,ara ar,arg an,arm hy,hye hy,asm as,ava av,ave ae,aym ay,aze az,bak ba,bam bm,baq eu,eus eu,bel be,ben bn,\
bih bh,bis bi,bod bo,tib bo,bos bs,bre br,bul bg,bur my,mya my,cat ca,ces cs,cze cs,cha ch,che ce,chi zh,zho zh,chu cu,chv cv,cor kw,cos co,cre cr,cym cy,wel cy,\
dan da,deu de,ger de,div dv,dut nl,nld nl,dzo dz,ell el,gre el,eng en,epo eo,est et,ewe ee,fao fo,fas fa,per fa,fij fj,fin fi,fra fr,fre fr,fry fy,ful ff,\
geo ka,kat ka,gla gd,gle ga,glg gl,glv gv,grn gn,guj gu,hat ht,hau ha,heb he,her hz,hin hi,hmo ho,hrv hr,hun hu,ibo ig,ice is,isl is,ido io,iii ii,iku iu,ile ie,\
ina ia,ind id,ipk ik,ita it,jav jv,jpn ja,kal kl,kan kn,kas ks,kau kr,kaz kk,khm km,kik ki,kin rw,kir ky,kom kv,kon kg,kor ko,kua kj,kur ku,lao lo,lat la,lav lv,\
lim li,lin ln,lit lt,ltz lb,lub lu,lug lg,mac mk,mkd mk,mah mh,mal ml,mao mi,mri mi,mar mr,may ms,msa ms,mlg mg,mlt mt,mon mn,nau na,nav nv,nbl nr,nde nd,ndo ng,\
nep ne,nno nn,nob nb,nor no,nya ny,oci oc,oji oj,ori or,orm om,oss os,pan pa,pli pi,pol pl,por pt,pus ps,que qu,roh rm,ron ro,rum ro,run rn,rus ru,sag sg,san sa,\
sin si,slk sk,slo sk,slv sl,sme se,smo sm,sna sn,snd sd,som so,sot st,spa es,srd sc,srp sr,ssw ss,sun su,swa sw,swe sv,tah ty,tam ta,tat tt,tel te,tgk tg,tgl tl,\
tha th,tir ti,ton to,tsn tn,tso ts,tuk tk,tur tr,twi tw,uig ug,ukr uk,urd ur,uzb uz,ven ve,vie vi,vol vo,wln wa,wol wo,xho xh,yid yi,yor yo,zha za,zul zu";

const TAG_BYTES_MAX: usize = 35;

/// A BCP 47 tag for what a file says, be it such a tag already; `None` for "undetermined" and for what is no language.
pub fn language_tag(text: &str) -> Option<String> {
    let text = text.trim_matches(['\0', ' ']).replace('_', "-");
    let (primary, rest) = text.split_once('-').map_or((text.as_str(), ""), |(primary, rest)| (primary, rest));
    let primary = primary.to_ascii_lowercase();
    let spelt = text.len() <= TAG_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !spelt || !(2..=3).contains(&primary.len()) || ["und", "mis", "mul", "zxx"].contains(&primary.as_str()) {
        return None;
    }
    let shorter = SHORTER.split(',').find_map(|pair| pair.split_once(' ').filter(|(long, _)| *long == primary));
    let primary = shorter.map_or(primary.as_str(), |(_, short)| short);
    Some(if rest.is_empty() { primary.to_owned() } else { format!("{primary}-{rest}") })
}

/// The packed language of an `mdhd` (ISO/IEC 14496-12, section 8.4.2).
pub fn packed_language(packed: u16) -> Option<String> {
    let letter = |shift: u32| 0x60 + (packed >> shift & 0x1f) as u8;
    let letters = [letter(10), letter(5), letter(0)];
    // Below 0x400 it is QuickTime's own number of a language; its 0 is English, but mostly says that nobody cared.
    if packed < 0x400 || !letters.iter().all(u8::is_ascii_lowercase) {
        return None;
    }
    language_tag(std::str::from_utf8(&letters).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_languages_become_the_webs() {
        let of = |text: &str| language_tag(text);
        assert_eq!(of("ger").as_deref(), Some("de"));
        assert_eq!(of("eng").as_deref(), Some("en"));
        assert_eq!(of("pt-BR").as_deref(), Some("pt-BR"));
        assert_eq!(of("por_BR").as_deref(), Some("pt-BR"));
        assert_eq!(of("gsw").as_deref(), Some("gsw"));
        assert_eq!((of("und"), of(""), of("klingon"), of("e\"n")), (None, None, None, None));
        assert_eq!(packed_language(0x15c7).as_deref(), Some("en"));
        assert_eq!((packed_language(0x55c4), packed_language(0)), (None, None));
    }
}
