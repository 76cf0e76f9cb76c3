use uuid::Uuid;

pub fn fresh() -> Uuid {
    let _ = super::super::auth::check(); //~ forbidden_import types imports auth
    Uuid::now_v7() //~ impure Uuid::now_v7 in a pure room: take it as an argument
}
