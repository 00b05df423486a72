package interop;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.LinkedHashMap;
import java.util.Map;

/** JSON objects with their keys in the order of writing. */
final class Json {
  static Gson makeGson() {
    return new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
  }

  /** An object of `keysAndValues`, which are a key, its value, the next key and so on. */
  static Map<String, Object> object(Object... keysAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      object.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return object;
  }

  private Json() {}
}
