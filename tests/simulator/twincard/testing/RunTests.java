package twincard.testing;

import java.util.ArrayList;
import java.util.List;
import org.junit.runner.JUnitCore;
import org.junit.runner.Result;
import org.junit.runner.notification.Failure;

/** Runs the test classes named as arguments; prints what failed, then one closing line. */
public final class RunTests {
    private RunTests() {}

    public static void main(String[] names) throws ClassNotFoundException {
        List<Class<?>> classes = new ArrayList<>();
        for (String name : names) {
            classes.add(Class.forName(name));
        }
        Result result = new JUnitCore().run(classes.toArray(Class<?>[]::new));
        for (Failure failure : result.getFailures()) {
            System.out.println(failure.getTestHeader());
            System.out.println(failure.getTrimmedTrace());
        }
        int failed = result.getFailureCount();
        System.out.printf("%d passed, %d failed%n", result.getRunCount() - failed, failed);
        System.exit(result.wasSuccessful() && result.getRunCount() > 0 ? 0 : 1);
    }
}
