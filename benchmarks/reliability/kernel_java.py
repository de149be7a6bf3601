"""Main classes of the Java kernel API's tests, which Maven has compiled under target/kernels."""
import glob
import os
import re
import sys

import kernel_record


def version(name):
    with open(os.path.join(kernel_record.HOME, 'pom.xml'), encoding='utf-8') as file:
        return re.search(fr'<{name}\.version>(.*?)<', file.read())[1]


def run(main, options):
    """Status and output of a JVM of its own."""
    home = kernel_record.HOME
    classes = [os.path.join(home, 'target/kernels', name) for name in ('test-classes', 'classes')]
    if not all(os.path.isdir(folder) for folder in classes):
        sys.exit('the tests of the kernels are not compiled: run `mvn test-compile -pl native/java` first')
    repository = os.path.expanduser('~/.m2/repository')
    patterns = [f'org/bytedeco/javacpp/{version("javacpp")}/javacpp-*.jar',
                f'org/junit/jupiter/*/{version("junit")}/*.jar',
                f'org/assertj/assertj-core/{version("assertj")}/*.jar', 'net/bytebuddy/byte-buddy/*/*.jar']
    jars = [path for pattern in patterns for path in sorted(glob.glob(os.path.join(repository, pattern)))]
    return kernel_record.run(['java', *options, '-Xmx1g', '-Dorg.bytedeco.javacpp.nopointergc=true',
                              '-cp', os.pathsep.join(classes + jars), main])
