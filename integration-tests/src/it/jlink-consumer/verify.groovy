def log = new File(basedir, 'build.log').readLines()
assert log.contains('answer=42')
// The flags say it already; a warning would be what a user of the library sees.
assert log.every { !it.contains('WARNING: A restricted method') }
