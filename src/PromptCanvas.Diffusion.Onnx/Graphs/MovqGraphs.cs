namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The two networks of a MoVQ autoencoder. One file holds the weights of both, so each graph also lists the weights of the other half.</summary>
internal static class MovqGraphs
{
    /// <param name="config">Its sizes.</param>
    public static NetworkGraph Encoder(MovqConfig config) => Build(config, MovqEncoder.Add, MovqDecoder.Add);

    /// <param name="config">Its sizes.</param>
    public static NetworkGraph Decoder(MovqConfig config) => Build(config, MovqDecoder.Add, MovqEncoder.Add);

    private static NetworkGraph Build(MovqConfig config, Action<GraphBuilder, MovqConfig> add, Action<GraphBuilder, MovqConfig> addOther)
    {
        var (graph, other) = (new GraphBuilder(), new GraphBuilder());
        add(graph, config);
        addOther(other, config);
        foreach (var weight in other.Finish().Weights)
        {
            graph.HostWeight(weight.Name, weight.Shape);
        }

        // The file also holds a codebook that nothing uses.
        graph.HostWeight("quantize.embedding.weight", config.CodebookEntries, config.LatentChannels);
        return graph.Finish();
    }
}
