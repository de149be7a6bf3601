package dev.imas.config;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Copies of a configuration are made by the generated withers. */
class WithersTest {
    @Test
    void aWitherChangesOneSetting() {
        ImasConfig before = ConfigYaml.defaults();
        ImasConfig after = before.withData(before.data().withWorkers(3));
        assertThat(after.data().workers()).isEqualTo(3);
        assertThat(after.withData(after.data().withWorkers(before.data().workers())))
                .isEqualTo(before);
    }

    /** Otherwise a new component would have to be added wherever such a record is made. */
    @Test
    void nobodyElseCallsTheConstructors() {
        ((Logger) LoggerFactory.getLogger("com.tngtech.archunit")).setLevel(Level.WARN);
        DescribedPredicate<AccessTarget> ofSettings = DescribedPredicate.describe(
                "of a record of settings",
                target -> target.getOwner().isRecord()
                        && target.getOwner().getName().startsWith(ImasConfig.class.getName()));
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.imas.config")
                .should()
                .callConstructorWhere(target(ofSettings))
                .check(new ClassFileImporter().importPackages("dev.imas"));
    }
}
