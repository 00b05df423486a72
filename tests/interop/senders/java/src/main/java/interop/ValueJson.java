package interop;

import static interop.Json.object;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Attribute values as OTLP/JSON, with their types. */
final class ValueJson {
  static List<Object> attributes(Attributes attributes) {
    List<Object> pairs = new ArrayList<>();
    attributes.forEach((AttributeKey<?> key, Object value) -> pairs.add(object("key", key.getKey(), "value", any(value))));
    return pairs;
  }

  private static Map<String, Object> any(Object value) {
    if (value instanceof String) {
      return object("stringValue", value);
    }
    if (value instanceof Boolean) {
      return object("boolValue", value);
    }
    if (value instanceof Long) {
      return object("intValue", value.toString()); // text: not every long fits into JSON's numbers
    }
    if (value instanceof Double) {
      return object("doubleValue", value);
    }
    if (value instanceof ByteBuffer bytes) {
      return object("bytesValue", base64(bytes.duplicate()));
    }
    if (value instanceof List<?> list) {
      return list(list);
    }
    if (value instanceof Value<?> wrapped) {
      return any(wrapped.getValue());
    }
    return object(); // Value.empty()
  }

  // A list is an array, or a map when it holds pairs.
  private static Map<String, Object> list(List<?> list) {
    boolean isMap = !list.isEmpty() && list.get(0) instanceof KeyValue;
    List<Object> values = new ArrayList<>();
    for (Object item : list) {
      values.add(item instanceof KeyValue pair ? object("key", pair.getKey(), "value", any(pair.getValue())) : any(item));
    }
    return object(isMap ? "kvlistValue" : "arrayValue", object("values", values));
  }

  private static String base64(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return Base64.getEncoder().encodeToString(copy);
  }

  private ValueJson() {}
}
