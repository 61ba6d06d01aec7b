List<String> log = new File(basedir, 'build.log').readLines()
assert log.contains('answer=42') : 'the program has not printed its answer'
assert log.every { !it.contains('restricted method') } : 'Java has warned of native access'
