module com.example.consumer {
  requires io.dataprism;
}
