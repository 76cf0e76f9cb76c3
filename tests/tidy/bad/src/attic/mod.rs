// a room that nobody drew on the map //~ unknown_room attic has no row in tests/tidy/rules.rs and src/ARCHITECTURE.md
